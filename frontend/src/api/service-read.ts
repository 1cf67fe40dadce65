/** The endpoints of services: `/pinisi/v1/services/NAME/...`, as docs/reference/endpoints.md describes them. */
import { answerOf, ask } from "./client";
import { type Asked, servicePath } from "./service-path";

/**
 * Reads JSON of an endpoint. Segments that hold an id are to be encoded by the caller (`encodeURIComponent`).
 * Throws a `Problem` with the server's own words; status 0: the server did not answer.
 */
export function serviceRead<T>(service: string, path: string, query: Asked = {}, signal?: AbortSignal): Promise<T> {
  return ask<T>(servicePath(service, path, query), signal ? { signal } : {});
}

/** Sends JSON to an endpoint; `Problem.errors` names the fields that do not fit. */
export function serviceSend<T>(service: string, path: string, body: unknown, method: "POST" | "PUT" | "PATCH" | "DELETE" = "POST"): Promise<T> {
  const init = body === undefined ? { method } : { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return ask<T>(servicePath(service, path), init);
}

/** What an endpoint prints (`answer=Document`), as a file. Without a body it is read, else sent. */
export async function servicePaper(service: string, path: string, query: Asked = {}, body?: unknown): Promise<Blob> {
  const headers = { Accept: "application/pdf", ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
  const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const answer = await answerOf(servicePath(service, path, query), init);
  return answer.blob();
}

/** Why a receiver did not take a notification, in the reader's words; what has no words yet stays as the server says it. */
import type { BrokerWords } from "../strings/broker";

export function reasonInWords(reason: string, { reasons }: Pick<BrokerWords, "reasons">): string {
  const http = /^HTTP (\d{3})$/.exec(reason);
  if (http) return reasons.http(http[1] ?? "");
  const silent = /^no answer within ([\d.]+) s$/.exec(reason);
  if (silent) return reasons.noAnswer(silent[1] ?? "");
  const unknown = /^(\S+) is not in notification_targets, and does not resolve$/.exec(reason);
  if (unknown) return reasons.unresolved(unknown[1] ?? "");
  const refused = /^(\S+)(?: \(\S+\))? is no host that notification_targets allows$/.exec(reason);
  if (refused) return reasons.notAllowed(refused[1] ?? "");
  if (reason.startsWith("no connection")) return reasons.noConnection;
  if (reason.startsWith("the connection was closed")) return reasons.closed;
  if (reason.startsWith("the answer is no HTTP")) return reasons.noHttp;
  if (reason.includes("owner is no longer there")) return reasons.ownerGone;
  return reason;
}

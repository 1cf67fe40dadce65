/** The way in for somebody who has an account and no link. */
import { signIn } from "./call";
import { el, labelled } from "./parts";

interface Words {
  account: string;
  password: string;
  signIn: string;
}

/** `tried` hears whether the house refused. */
export function entrance(words: Words, tried: (refused: boolean) => void): HTMLElement {
  const account = el("input", { name: "account", autocomplete: "username", autocapitalize: "none", required: "" });
  const password = el("input", { name: "password", type: "password", autocomplete: "current-password", required: "" });
  const enter = el("button", { type: "submit", class: "main" }, words.signIn);
  const form = el("form", {}, labelled(words.account, account), labelled(words.password, password), enter);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void signIn(account.value.trim(), password.value).then((why) => tried(why === "refused"));
  });
  return form;
}

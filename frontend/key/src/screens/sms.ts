/** Activation by SMS (F01–F07): username and password, the number, the code. */
import type { Activation } from "../app/activation";
import { t } from "../texts";
import { h } from "../ui/dom";
import { button, explained, field, heading, secretField } from "../ui/parts";
import { iconButton } from "../ui/shell";
import { activationRefused } from "./activationRefused";
import type { Context } from "./context";
import { numbers } from "./numbers";
import { problemPage, refusedAs, work } from "./problem";
import { recover } from "./recover";

const names = new WeakMap<object, string>();

export function credentials(ctx: Context, activation: Activation): void {
  askCredentials(ctx, {
    key: activation,
    title: t("credentials.title"),
    lead: t("credentials.lead"),
    step: t("step", { n: 1, of: 4 }),
    start: (username, password) => activation.start(username, password),
    caught: (error) => {
      if (!refusedAs(error, "hasKey")) return activationRefused(ctx, error);
      ctx.nav.replace(() =>
        problemPage(ctx, error, { label: t("recover.title"), act: () => ctx.nav.replace(() => recover(ctx)) }),
      );
      return true;
    },
    then: () => ctx.nav.go(() => numbers(ctx, activation)),
  });
}

export type Credentials = {
  /** What the typed name is remembered by, while one goes back and forth. */
  key: object;
  title: string;
  lead: string;
  step: string;
  start: (username: string, password: string) => Promise<void>;
  caught: (error: unknown) => boolean;
  then: () => void;
};

/** Username and password; the password leaves the field with the request. */
export function askCredentials(ctx: Context, asked: Credentials): void {
  const place = h("div", {});
  const name = field({
    label: t("field.username"),
    input: h("input", {
      class: "input",
      name: "username",
      autocomplete: "username",
      autocapitalize: "none",
      autocorrect: "off",
      spellcheck: "false",
      value: names.get(asked.key) ?? "",
    }),
  });
  const password = secretField(t("field.password"), { name: "password", autocomplete: "current-password" });
  name.input.addEventListener("input", () => names.set(asked.key, name.input.value));
  const next = button("solid", t("next"), null, { form: "credentials" });
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const username = name.input.value.trim();
    name.error(username ? null : explained(t("username.empty.what"), t("username.empty.rest")));
    password.error(password.input.value ? null : explained(t("password.empty.what"), t("password.empty.rest")));
    if (!username || !password.input.value) return (username ? password : name).input.focus();
    const given = password.input.value;
    const { caught } = asked;
    const started = await work(ctx, { button: next, saying: t("busy.check"), place, caught }, () =>
      asked.start(username, given),
    );
    password.input.value = "";
    if (started) asked.then();
  };
  ctx.show({
    title: asked.title,
    step: asked.step,
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(asked.title, asked.lead),
      place,
      h(
        "form",
        { id: "credentials", class: "stack", novalidate: true, onsubmit: (event) => void send(event) },
        name.root,
        password.root,
      ),
    ],
    foot: [next],
  });
}

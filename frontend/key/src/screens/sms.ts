/** Activation by SMS (F01–F07): username and password, the number, the code. */
import type { Activation } from "../app/activation";
import { t } from "../texts";
import { h } from "../ui/dom";
import { button, explained, field, heading, secretField } from "../ui/parts";
import { iconButton } from "../ui/shell";
import { activationRefused } from "./activationRefused";
import type { Context } from "./context";
import { numbers } from "./numbers";
import { work } from "./problem";

const names = new WeakMap<Activation, string>();

export function credentials(ctx: Context, activation: Activation): void {
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
      value: names.get(activation) ?? "",
    }),
  });
  const password = secretField(t("field.password"), { name: "password", autocomplete: "current-password" });
  name.input.addEventListener("input", () => names.set(activation, name.input.value));
  const next = button("solid", t("next"), null, { form: "credentials" });
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const username = name.input.value.trim();
    name.error(username ? null : explained(t("username.empty.what"), t("username.empty.rest")));
    password.error(password.input.value ? null : explained(t("password.empty.what"), t("password.empty.rest")));
    if (!username || !password.input.value) return (username ? password : name).input.focus();
    const given = password.input.value;
    const caught = (error: unknown): boolean => activationRefused(ctx, error);
    const started = await work(ctx, { button: next, saying: t("busy.check"), place, caught }, () =>
      activation.start(username, given),
    );
    password.input.value = "";
    if (started) ctx.nav.go(() => numbers(ctx, activation));
  };
  ctx.show({
    title: t("credentials.title"),
    step: t("step", { n: 1, of: 4 }),
    end: iconButton("back", t("back"), () => ctx.nav.back()),
    spacing: "stack--5",
    main: [
      heading(t("credentials.title"), t("credentials.lead")),
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

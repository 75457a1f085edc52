/** Challenge and response (D): wholly on the phone, no network asked for. */
import { close, keyOf, type Opening } from "../app/unlock";
import { plainDigits, readChallenge, response } from "../core/codes";
import type { User } from "../store/store";
import { rich, t } from "../texts";
import { codeInput } from "../ui/codefield";
import { fill, h } from "../ui/dom";
import { icon } from "../ui/icons";
import { banner, button, digitsShown, explained, field, heading, tag } from "../ui/parts";
import { SEARCH_FROM, searchBox } from "./search";
import { iconButton, onLeave } from "../ui/shell";
import type { Context } from "./context";
import { home } from "./home";
import { work } from "./problem";
import { biometricButton, fromField, ownPin } from "./unlock";

/** What was typed, kept while one goes between challenge and response; the PIN never is. */
type Typed = { challenge: string; user: string };

export function challenge(ctx: Context, typed: Typed = { challenge: "", user: "" }): void {
  const users = ctx.app.active;
  if (!users.length) return noUsers(ctx);
  if (!users.some((user) => user.user === typed.user)) typed.user = (users[0] as User).user;
  const place = h("div", {});
  const digits = field({
    label: t("field.challenge"),
    hint: t("challenge.hint"),
    hintAfter: true,
    input: codeInput(10, { value: typed.challenge }),
  });
  const pin = ownPin();
  const show = button("solid", t("challenge.show"), null, { form: "challenge" });
  const chosen = (): User => users.find((user) => user.user === typed.user) as User;

  const judge = (complain: boolean): boolean => {
    const read = readChallenge(digits.input.value);
    if (read.fault === null) {
      digits.error(null);
      digits.hint(rich("challenge.for", { purpose: t(`purpose.${read.purpose}.low`) }));
      return true;
    }
    const whole = plainDigits(digits.input.value).length >= 10;
    const fault = read.fault === "digits" ? "length" : read.fault;
    digits.error(complain || whole ? explained(t(`challenge.${fault}.what`), t(`challenge.${fault}.rest`)) : null);
    digits.hint(whole ? null : t("challenge.hint"));
    return false;
  };
  digits.input.addEventListener("input", () => {
    typed.challenge = digits.input.value;
    judge(false);
  });
  const run = async (open: () => Promise<Opening | null>): Promise<void> => {
    if (!judge(true)) return digits.input.focus();
    const user = chosen();
    const made = await work(ctx, { button: show, saying: t("busy.open"), place }, async () => {
      const opening = await open();
      if (!opening) return null;
      try {
        return await response(await keyOf(ctx.app, user, opening, "ocra"), plainDigits(digits.input.value));
      } finally {
        close(opening);
      }
    });
    pin.input.value = "";
    if (made?.value) ctx.nav.go(responseScreen(ctx, typed, user, made.value));
  };
  ctx.show({
    title: t("challenge.title"),
    who: users.length === 1 ? chosen().username : "",
    end: iconButton("x", t("close"), () => ctx.nav.root(() => home(ctx))),
    spacing: "stack--5",
    main: [
      heading(t("challenge.title"), t("challenge.lead")),
      place,
      h(
        "form",
        {
          id: "challenge",
          class: "stack stack--5",
          novalidate: true,
          onsubmit: (event) => (event.preventDefault(), void run(() => fromField(ctx, pin))),
        },
        users.length > 1 ? userChoice(users, typed) : null,
        digits.root,
        pin.root,
      ),
    ],
    foot: [
      show,
      biometricButton(
        ctx,
        (opening) => void run(() => Promise.resolve(opening)),
        () => pin.input.focus(),
      ),
    ],
  });
  if (typed.challenge) judge(false);
}

/** Whose response it is. From six users on a search narrows the list, and its first hit is chosen (J02). */
function userChoice(users: User[], typed: Typed): HTMLElement {
  const select = h("select", { class: "input", id: "who" });
  const draw = (shown: User[]): void => {
    fill(
      select,
      shown.map((user) => h("option", { value: user.user }, `${user.username} · ${user.displayName}`)),
    );
    if (!shown.some((user) => user.user === typed.user)) typed.user = shown[0]?.user ?? typed.user;
    select.value = typed.user;
  };
  draw(users);
  select.addEventListener("change", () => (typed.user = select.value));
  const search = users.length < SEARCH_FROM ? null : searchBox(users.length, (find) => draw(users.filter(find)));
  return h("div", { class: "field" }, h("label", { for: "who" }, t("challenge.user")), search, select);
}

/** The response leaves memory when the page is left or hidden; then the challenge is asked again, with its digits kept. */
function responseScreen(ctx: Context, typed: Typed, user: User, made: string): () => void {
  let answer = made;
  return () => {
    if (!answer) return ctx.nav.back();
    const shown = plainDigits(typed.challenge);
    const read = readChallenge(shown);
    if (read.fault !== null) return ctx.nav.back();
    const hidden = (): void => {
      if (document.visibilityState === "hidden") ctx.nav.back();
    };
    document.addEventListener("visibilitychange", hidden);
    onLeave(() => {
      answer = "";
      document.removeEventListener("visibilitychange", hidden);
    });
    ctx.show({
      title: t("response.title"),
      who: user.username,
      end: h("span", { class: "tag tag--top" }, icon("offline"), t("response.offline")),
      spacing: "stack--5",
      main: [
        h(
          "div",
          { class: "stack stack--2" },
          h("p", { class: "small soft" }, t("response.for")),
          h("h1", {}, t(`purpose.${read.purpose}`)),
          h("p", { class: "small soft" }, t(`purpose.${read.purpose}.limits`)),
        ),
        h(
          "div",
          { class: "pair" },
          h("p", { class: "small soft" }, t("response.typed")),
          h(
            "p",
            { class: "line line--between" },
            digitsShown(shown, "", "digits--s"),
            button("quiet", t("change"), () => ctx.nav.back(), { kind: "btn--s" }),
          ),
          h("p", { class: "small is-ok line" }, icon("check", true), t("response.right")),
        ),
        h(
          "div",
          { class: "answer", role: "status" },
          h("p", { class: "slip__label" }, t("field.response")),
          h("p", {}, digitsShown(answer, t("field.response"), "digits--xxl")),
          h("p", { class: "small soft" }, rich("response.where")),
        ),
        banner(
          "",
          "info",
          h(
            "p",
            { class: "small" },
            ctx.app.portal ? rich("response.only", { portal: ctx.app.portal }) : t("response.never"),
          ),
          h("p", { class: "small" }, t("codes.note")),
        ),
      ],
      foot: [
        button("solid", t("done"), () => {
          typed.challenge = "";
          ctx.nav.root(() => home(ctx));
        }),
      ],
    });
  };
}

function noUsers(ctx: Context): void {
  ctx.show({
    title: t("challenge.title"),
    tab: "challenge",
    main: [
      heading(t("challenge.title")),
      h("div", { class: "empty" }, icon("reply"), h("p", {}, t("challenge.none"))),
      h("p", {}, tag("", "offline", t("response.offline"))),
    ],
  });
}

/** Switching the language: at once, kept for the next start, and also for the words of notifications. */
import { language, setLanguage, t, template, type Language } from "../texts";
import { h } from "../ui/dom";
import { icon } from "../ui/icons";
import type { Context } from "./context";

export async function keepNotice(ctx: Context): Promise<void> {
  const words = { title: t("notice.title"), body: t("notice.body"), test: t("notice.test") };
  await ctx.app.store.put("notice", { ...words, lang: language() });
}

async function choose(ctx: Context, chosen: Language): Promise<void> {
  setLanguage(chosen);
  ctx.nav.again(true);
  await ctx.app.store.put("language", chosen);
  await keepNotice(ctx);
}

function other(): Language {
  return language() === "en" ? "ja" : "en";
}

/** In the header: the other language by its own name. */
export function languageButton(ctx: Context): HTMLElement {
  const next = other();
  return h(
    "button",
    { class: "btn btn--quiet btn--s", type: "button", lang: next, onclick: () => void choose(ctx, next) },
    template("language.name", next),
  );
}

/** Among the settings: both, the chosen one marked. */
export function languageChoice(ctx: Context): HTMLElement {
  return h(
    "div",
    { class: "choice", role: "group", "aria-label": t("more.language") },
    (["en", "ja"] as Language[]).map((one) =>
      h(
        "button",
        {
          class: "btn btn--line btn--s",
          type: "button",
          lang: one,
          "aria-pressed": String(one === language()),
          onclick: () => void choose(ctx, one),
        },
        one === language() ? icon("check", true) : null,
        template("language.name", one),
      ),
    ),
  );
}

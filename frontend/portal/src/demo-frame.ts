/** In the demonstration only: tells the page around the portal which QR code can be seen, as a camera would, and follows its language. */

const own = document.querySelector<HTMLScriptElement>("script[data-demo]");
const around = own?.dataset["demo"] ?? "";
let told: string | undefined;

function tell(): void {
  const seen = [...document.querySelectorAll<HTMLElement>("[data-qr]")].find((code) => code.dataset["qr"] && code.getClientRects().length > 0);
  const text = seen?.dataset["qr"] ?? "";
  if (text === told) return;
  told = text;
  window.parent.postMessage({ type: "watchword-qr", text }, around);
}

function follow(event: MessageEvent<unknown>): void {
  if (event.source !== window.parent || event.origin !== around) return;
  const { type, lang } = (event.data ?? {}) as { type?: unknown; lang?: unknown };
  if (type !== "watchword-lang" || lang === document.documentElement.lang) return;
  const buttons = document.querySelectorAll<HTMLButtonElement>('form[action="/lang"] button');
  [...buttons].find((button) => button.value === lang)?.click();
}

if (around && window.parent !== window) {
  tell();
  new MutationObserver(tell).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["data-qr", "hidden", "open"] });
  addEventListener("resize", tell);
  addEventListener("message", follow);
}

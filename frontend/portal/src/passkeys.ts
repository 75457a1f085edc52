/** Passkeys: options from the server to the browser, and what the authenticator answers back into the page's own form. */

type Json = Record<string, unknown>;

interface Descriptor {
  type: PublicKeyCredentialType;
  id: string;
  transports?: AuthenticatorTransport[];
}

export function bytes(text: string): ArrayBuffer {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const out = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at += 1) out[at] = raw.charCodeAt(at);
  return out.buffer;
}

export function text(value: ArrayBuffer): string {
  let raw = "";
  for (const one of new Uint8Array(value)) raw += String.fromCharCode(one);
  return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function named(list: unknown): PublicKeyCredentialDescriptor[] {
  return (list as Descriptor[]).map((one) => ({ ...one, id: bytes(one.id) }));
}

/** The options as `navigator.credentials.get` takes them; Safari before 17 reads no JSON by itself. */
export function requestOptions(options: Json): PublicKeyCredentialRequestOptions {
  return { ...options, challenge: bytes(options["challenge"] as string), allowCredentials: named(options["allowCredentials"]) };
}

export function creationOptions(options: Json): PublicKeyCredentialCreationOptions {
  const user = options["user"] as { id: string; name: string; displayName: string };
  return {
    ...(options as unknown as PublicKeyCredentialCreationOptions),
    challenge: bytes(options["challenge"] as string),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: named(options["excludeCredentials"]),
  };
}

/** A credential as JSON, in the form of the specification's own `toJSON`. */
export function written(credential: PublicKeyCredential): string {
  const id = text(credential.rawId);
  const head = { id, rawId: id, type: credential.type, clientExtensionResults: {} };
  const client = text(credential.response.clientDataJSON);
  if ("attestationObject" in credential.response) {
    const made = credential.response as AuthenticatorAttestationResponse;
    const transports = typeof made.getTransports === "function" ? made.getTransports() : [];
    return JSON.stringify({ ...head, response: { clientDataJSON: client, attestationObject: text(made.attestationObject), transports } });
  }
  const signed = credential.response as AuthenticatorAssertionResponse;
  const user = signed.userHandle ? text(signed.userHandle) : null;
  const response = { clientDataJSON: client, authenticatorData: text(signed.authenticatorData), signature: text(signed.signature), userHandle: user };
  return JSON.stringify({ ...head, response });
}

async function fetchOptions(form: HTMLFormElement): Promise<{ options?: Json; refusal?: Json; status: number }> {
  const fields = new FormData(form);
  const body = new URLSearchParams({ csrf: String(fields.get("csrf")), kind: String(fields.get("kind") ?? "") });
  const answer = await fetch(form.dataset["options"] ?? "", { method: "POST", body, headers: { Accept: "application/json" } });
  return { ...((await answer.json()) as { options?: Json; refusal?: Json }), status: answer.status };
}

function say(form: HTMLFormElement, what: string, rest: string): void {
  const place = form.querySelector<HTMLElement>("[data-problem]");
  const parts = place?.querySelectorAll<HTMLElement>("b, span > span");
  if (!place || !parts) return;
  place.hidden = !what;
  if (parts[0]) parts[0].textContent = what;
  if (parts[1]) parts[1].textContent = rest;
}

async function run(form: HTMLFormElement): Promise<boolean> {
  const words = form.querySelector<HTMLElement>("[data-words]")?.dataset ?? {};
  const asking = form.querySelector<HTMLElement>("[data-asking]");
  const failed = (): boolean => {
    say(form, words["failed"] ?? "", words["failedDo"] ?? "");
    return false;
  };
  say(form, "", "");
  try {
    const got = await fetchOptions(form);
    if (!got.options) {
      if (got.status === 410 || got.status === 401) location.reload();
      const told = got.refusal ?? {};
      say(form, String(told["what"] ?? words["failed"] ?? ""), `${String(told["why"] ?? "")} ${String(told["do"] ?? "")}`);
      return false;
    }
    if (asking) asking.hidden = false;
    const made = form.dataset["passkey"] === "create";
    const credential = made
      ? await navigator.credentials.create({ publicKey: creationOptions(got.options) })
      : await navigator.credentials.get({ publicKey: requestOptions(got.options) });
    const answer = form.querySelector<HTMLInputElement>("input[name=answer]");
    if (!credential || !answer) return failed();
    answer.value = written(credential as PublicKeyCredential);
    return true;
  } catch (problem) {
    const name = problem instanceof Error || problem instanceof DOMException ? problem.name : "";
    if (name === "InvalidStateError") say(form, words["known"] ?? "", words["knownDo"] ?? "");
    else if (name === "TypeError") say(form, words["lost"] ?? "", "");
    else failed();
    return false;
  } finally {
    if (asking) asking.hidden = true;
  }
}

interface Signals {
  signalAllAcceptedCredentials?: (accepted: Json) => Promise<void>;
}

/** Tells the browser which passkeys still count, so that it offers no other: those that were removed here, or on another computer. */
export function tellAccepted(root: ParentNode): void {
  const told = root.querySelector<HTMLElement>("[data-accepted]")?.dataset["accepted"];
  if (!told || typeof PublicKeyCredential !== "function") return;
  const { signalAllAcceptedCredentials: signal } = PublicKeyCredential as unknown as Signals;
  // What the browser makes of it changes nothing on this page.
  if (signal) void signal.call(PublicKeyCredential, JSON.parse(told) as Json).catch(() => undefined);
}

export function usePasskeys(root: ParentNode): void {
  tellAccepted(root);
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    const go = form.querySelector<HTMLButtonElement>("[data-go]");
    if (typeof PublicKeyCredential !== "function") {
      const unable = form.querySelector<HTMLElement>("[data-unable]");
      if (unable) unable.hidden = false;
      if (go) go.hidden = true;
      continue;
    }
    let busy = false;
    form.addEventListener("submit", (event) => {
      if (form.dataset["ready"]) return;
      event.preventDefault();
      if (busy) return;
      busy = true;
      void run(form).then((done) => {
        busy = false;
        if (!done) return;
        form.dataset["ready"] = "1";
        // A real submit event, so that the page stops following the attempt before the answer overtakes it.
        if (go && typeof form.requestSubmit === "function") form.requestSubmit(go);
        else form.submit();
      });
    });
    addEventListener("pageshow", () => {
      delete form.dataset["ready"];
    });
  }
}

/** The camera, and reading QR codes from it: the browser's own reader where there is one, else a script (G04). */

export type CameraFault = "none" | "denied" | "busy";

type Reader = (source: HTMLVideoElement | HTMLCanvasElement) => Promise<string | null>;
type Detector = { detect(source: CanvasImageSource): Promise<{ rawValue: string }[]> };
type DetectorClass = { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };

/** Wide enough for a code that fills a third of the picture; more pixels cost time and find nothing more. */
const WIDTH = 720;

async function native(): Promise<Reader | null> {
  const detectorClass = (window as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  try {
    if (!detectorClass || !(await detectorClass.getSupportedFormats()).includes("qr_code")) return null;
    const detector = new detectorClass({ formats: ["qr_code"] });
    return async (source) => (await detector.detect(source))[0]?.rawValue ?? null;
  } catch {
    return null;
  }
}

async function scripted(): Promise<Reader> {
  const { decodeQR } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  return (source) => {
    const width = source instanceof HTMLVideoElement ? source.videoWidth : source.width;
    const height = source instanceof HTMLVideoElement ? source.videoHeight : source.height;
    const scale = Math.min(1, WIDTH / Math.max(1, Math.min(width, height)));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    if (!pen || !canvas.width || !canvas.height) return Promise.resolve(null);
    pen.drawImage(source, 0, 0, canvas.width, canvas.height);
    try {
      return Promise.resolve(decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height)) || null);
    } catch {
      return Promise.resolve(null);
    }
  };
}

let reader: Promise<Reader> | null = null;

async function makeReader(): Promise<Reader> {
  return (await native()) ?? (await scripted());
}

/** Whether the camera may be used without asking; null where the browser does not tell. */
export async function cameraAllowed(): Promise<boolean | null> {
  try {
    const { state } = await navigator.permissions.query({ name: "camera" as PermissionName });
    return state === "granted" ? true : state === "denied" ? false : null;
  } catch {
    return null;
  }
}

function faultOf(error: unknown): CameraFault {
  const name = (error as { name?: string } | null)?.name ?? "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "none";
}

export type Running = { stop: () => void; flip: () => Promise<void>; lenses: number };

/** Shows the camera in `video` and calls back with every text it reads. Rejects with a CameraFault. */
export async function startCamera(video: HTMLVideoElement, found: (text: string) => void): Promise<Running> {
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) throw "none" satisfies CameraFault;
  let facing: "environment" | "user" = "environment";
  let stream: MediaStream | null = null;
  let stopped = false;

  const close = (): void => {
    stream?.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
  const open = async (): Promise<void> => {
    close();
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: facing, width: { ideal: 1280 }, height: { ideal: 720 } },
        audio: false,
      });
    } catch (error) {
      throw faultOf(error);
    }
    if (stopped) return close();
    video.srcObject = stream;
    await video.play().catch(() => undefined);
  };
  const look = async (): Promise<void> => {
    const read = await (reader ??= makeReader());
    while (!stopped) {
      if (video.readyState >= 2) {
        const text = await read(video).catch(() => null);
        if (text && !stopped) found(text);
      }
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  };

  await open();
  void look();
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return {
    lenses: devices.filter((device) => device.kind === "videoinput").length,
    flip: async () => {
      facing = facing === "environment" ? "user" : "environment";
      await open();
    },
    stop: () => {
      stopped = true;
      close();
    },
  };
}

/** Reads a QR code from a picture the person chose; null where there is none in it. */
export async function readPicture(file: Blob): Promise<string | null> {
  const url = URL.createObjectURL(file);
  try {
    const picture = new Image();
    const loaded = new Promise((resolve, reject) => {
      picture.onload = resolve;
      picture.onerror = reject;
    });
    picture.src = url;
    await loaded;
    const canvas = document.createElement("canvas");
    const scale = Math.min(1, 1600 / Math.max(picture.naturalWidth, picture.naturalHeight));
    canvas.width = Math.round(picture.naturalWidth * scale);
    canvas.height = Math.round(picture.naturalHeight * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await (
      await (reader ??= makeReader())
    )(canvas);
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

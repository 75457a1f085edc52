"""Security headers of every answer (DESIGN "Browser rules"; THREATS: XSS, clickjacking)."""

from __future__ import annotations

COMMON = (
    (b"strict-transport-security", b"max-age=31536000"),  # browsers heed it over TLS only (RFC 6797 section 8.1)
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), microphone=(), payment=(), usb=()"),
)


# A picture that somebody uploaded: whatever a browser takes it for, nothing in it runs, loads or is framed.
PICTURE_POLICY = b"default-src 'none'; frame-ancestors 'none'; sandbox"


def portal_policy(ancestors: str) -> bytes:
    """The Content-Security-Policy of the portal. `ancestors` is the demonstration's own origin, or ""."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
        f"frame-ancestors {ancestors or chr(39) + 'none' + chr(39)}; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ).encode()


def key_policy(ancestors: str) -> bytes:
    """The Content-Security-Policy of Key: WebAssembly for Argon2, nothing else that could run."""
    return (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {ancestors or chr(39) + 'none' + chr(39)}; require-trusted-types-for 'script'"
    ).encode()


def demo_policy(portal: str, key: str) -> bytes:
    """The Content-Security-Policy of the demonstration's page, which frames portal and Key. Starting over leads by Key's origin:
    browsers hold `form-action` against where a form's answer redirects to as well.
    """
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"form-action 'self' {key}; frame-src {portal} {key}; "
        "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ).encode()

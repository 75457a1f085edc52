"""DPoP proofs (RFC 9449): a platform proves on each request the key that its login was bound to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

AGE_SECONDS = 300
LONGEST = 2048


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that held: the key's thumbprint (RFC 7638) and the id that makes it good once."""

    thumbprint: str
    jti: str
    issued: int


def verify(compact: str, *, method: str, url: str, now: int) -> Proof | str:
    """Judge a proof for this method and URL. Returns the private reason where it does not hold.

    Only ES256 with a public P-256 `jwk` in the header and `typ` `dpop+jwt` is accepted (THREATS: algorithm confusion).
    """
    if not compact or len(compact) > LONGEST:
        return "dpop.missing_or_long"
    try:
        header = jws.extract_compact(compact.encode("ascii")).headers()
        jwk = header.get("jwk")
        if header.get("typ") != "dpop+jwt" or header.get("alg") != "ES256" or not isinstance(jwk, dict):
            return "dpop.header"
        if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or "d" in jwk:
            return "dpop.key"
        key, thumbprint = _key(str(jwk["x"]), str(jwk["y"]))
        claims = json.loads(jws.deserialize_compact(compact, key, algorithms=["ES256"]).payload or b"")
    except (JoseError, ValueError, KeyError, TypeError, UnicodeError, RecursionError):
        return "dpop.malformed_or_signature"
    if not isinstance(claims, dict) or claims.get("htm") != method or claims.get("htu") != url:
        return "dpop.bound_elsewhere"
    issued, jti = claims.get("iat"), claims.get("jti")
    if not isinstance(issued, int) or isinstance(issued, bool) or abs(issued - now) > AGE_SECONDS:
        return "dpop.time"
    if not isinstance(jti, str) or not 8 <= len(jti) <= 128:
        return "dpop.jti"
    return Proof(thumbprint, jti, issued)


@lru_cache(maxsize=1024)
def _key(x: str, y: str) -> tuple[ECKey, str]:
    """A P-256 public key and its thumbprint; one login proves the same key several times."""
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
    return key, key.thumbprint()

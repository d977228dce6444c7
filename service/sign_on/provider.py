"""Talking with an OpenID Connect provider: the authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636).

Authlib makes and checks the messages, joserfc checks signatures, httpx carries them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from pydantic import BaseModel, ValidationError

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
"""Signatures with public keys only: with a shared secret the provider's key would be the client's."""

LEEWAY_SECONDS = 60
_TIMEOUT = 10.0


class ProviderError(Exception):
    """The provider does not answer, or not as it should; the text says what is wrong."""


class Endpoints(BaseModel):
    """What discovery says about a provider."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Tokens(BaseModel):
    id_token: str


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, and this office as its client."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str

    async def endpoints(self) -> Endpoints:
        """What the provider says about itself (OpenID Connect Discovery 1.0).

        Raises:
            ProviderError: where it does not answer, or speaks for another issuer.
        """
        url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        document = await _get(url)
        try:
            OpenIDProviderMetadata(document).validate_issuer()
            found = Endpoints.model_validate(document)
        except (ValueError, ValidationError) as error:
            raise ProviderError(f"{url} is no description of a provider: {error}") from error
        if found.issuer.rstrip("/") != self.issuer.rstrip("/"):
            raise ProviderError(f"{url} speaks for {found.issuer}, not for {self.issuer}")
        return found

    async def authorization_url(self, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser."""
        url: str = prepare_grant_uri(
            (await self.endpoints()).authorization_endpoint,
            client_id=self.client_id,
            response_type="code",
            redirect_uri=self.redirect_uri,
            scope="openid profile email",
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return url

    async def claims(self, code: str, nonce: str, verifier: str) -> Mapping[str, object]:
        """What the provider says about the person who brought a code.

        Raises:
            ProviderError: where the code is not good, or the token is not signed by the provider for this office, for
                this sign-in, and for now.
        """
        endpoints = await self.endpoints()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
                answer = await client.post(
                    endpoints.token_endpoint, data=form, auth=(self.client_id, self.client_secret)
                )
            answer.raise_for_status()
            token = _Tokens.model_validate(answer.json()).id_token
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderError(f"{endpoints.token_endpoint} gave no token: {error}") from error
        try:
            keys = KeySet.import_key_set(cast("KeySetSerialization", await _get(endpoints.jwks_uri)))
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={"iss": {"essential": True, "value": endpoints.issuer},
                         "aud": {"essential": True, "value": self.client_id}},
                params={"nonce": nonce, "client_id": self.client_id},
            )  # fmt: skip
            claims.validate(leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError) as error:
            raise ProviderError(f"the token of {self.issuer} is not good: {error}") from error
        return dict(claims)


async def _get(url: str) -> dict[str, object]:
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
            answer = await client.get(url)
        answer.raise_for_status()
        document = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderError(f"{url} does not answer as it should: {error}") from error
    if not isinstance(document, dict):
        raise ProviderError(f"{url} answers with no JSON object")
    return document

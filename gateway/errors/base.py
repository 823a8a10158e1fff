"""What all errors have in common: code, place, hint, and the problem document they make."""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "GatewayError",
    "InputRefused",
]


class GatewayError(Exception):
    """Base of all errors that may leave the gateway.

    ``detail`` is one sentence about this occurrence and never contains a personal value;
    ``pointer`` says where (a JSON pointer, an XPath or ``line N``, empty for the whole input);
    ``hint`` says what to do about it.
    """

    code: ClassVar[str] = "gateway_error"
    title: ClassVar[str] = "The gateway refused"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 3
    default_hint: ClassVar[str] = ""

    def __init__(self, detail: str, *, pointer: str = "", hint: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer
        self.hint = hint or self.default_hint

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders: keyword arguments must survive pickling.
        return (_rebuild, (type(self), self.detail, self.pointer, self.hint))

    def problem(self) -> dict[str, object]:
        """The members of an RFC 9457 problem document for this error."""
        members: dict[str, object] = {
            "type": f"urn:microcredential-gateway:error:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.pointer:
            members["pointer"] = self.pointer
        if self.hint:
            members["hint"] = self.hint
        return members


def _rebuild(kind: type[GatewayError], detail: str, pointer: str, hint: str) -> GatewayError:
    return kind(detail, pointer=pointer, hint=hint)


class InputRefused(GatewayError):
    """What was handed in cannot be accepted."""

    code = "input_refused"
    title = "The input is refused"
    status = 422
    exit_code = 2

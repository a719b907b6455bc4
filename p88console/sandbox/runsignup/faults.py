"""RunSignUp's own error bodies."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal in RunSignUp's words: HTTP 200 with the error inside (captured).

    `details` is the list aligned with the rows of a write (confirmed in one client; that untouched
    rows appear as null in it is assumed), or for code 12 an object (confirmed in the vendor's app).
    """

    def __init__(self, code: int, message: str, details: Any = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.details = details

    def body(self) -> dict[str, Any]:
        """The answer's body."""
        body: dict[str, Any] = {"error": {"error_code": self.code, "error_msg": self.message}}
        if self.details is not None:
            body["error_details"] = self.details
        return body


def unknown_method() -> ApiError:
    """No such call (captured)."""
    return ApiError(1, "Unknown method")


def method_not_supported() -> ApiError:
    """The call exists, not with this HTTP method (code from the vendor's list)."""
    return ApiError(2, "HTTP method not supported")


def invalid_parameters(name: str) -> ApiError:
    """A parameter is missing or cannot be read (code from the vendor's list, wording assumed)."""
    return ApiError(3, f"Invalid parameters: {name}")


def key_failed() -> ApiError:
    """Credentials were sent and are wrong (captured)."""
    return ApiError(6, "Key authentication failed")


def permission_denied() -> ApiError:
    """No credentials were sent (captured)."""
    return ApiError(7, "Permission Denied")


def invalid_date(name: str) -> ApiError:
    """A date parameter cannot be read (code from the vendor's list, wording assumed)."""
    return ApiError(9, f"Invalid date: {name}")


def invalid_submission(details: list[Any] | None = None) -> ApiError:
    """A write's body or some of its rows cannot be taken (code from the vendor's list)."""
    return ApiError(11, "Invalid submission", details)


def out_of_order(told: str) -> ApiError:
    """Ordered data came out of turn; the last id stands in prose (confirmed in vendor's app)."""
    return ApiError(12, "Received out of order.", {"error_msg": told})


def invalid_id(name: str) -> ApiError:
    """Nothing has this id (code from the vendor's list, wording assumed)."""
    return ApiError(15, f"Invalid id: {name}")


def throttled() -> ApiError:
    """Too many requests at a time (code and words from the vendor's list, status assumed)."""
    return ApiError(14, "Request throttled.")


def race_not_found() -> ApiError:
    """No such race (captured)."""
    return ApiError(201, "Race not found.")


def event_not_found() -> ApiError:
    """No such event in this race (captured)."""
    return ApiError(301, "Event not found.")


def no_results() -> ApiError:
    """An event without results answers with an error body (measured; code and words assumed)."""
    return ApiError(15, "No results found.")

"""What NGSI v2 answers with 422: the request is well formed, but does not fit what is there."""

from pinisi.context.problems import NgsiLdError


class Unprocessable(NgsiLdError):
    """The request is well formed, but does not fit what is there (NGSI v2: 422)."""

    type_uri = "urn:pinisi:error:Unprocessable"
    title = "Unprocessable"
    status = 422


class PartlyDone(Unprocessable):
    """Some of what a request asks is done, some cannot be (NGSI v2: 422 `PartialUpdate`)."""

    type_uri = "urn:pinisi:error:PartlyDone"
    title = "Partly done"

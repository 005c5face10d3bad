"""Requests over HTTP: for subclasses, mapped tasks, and answers that a function of the file checks."""

import json
from typing import Any, Callable, Dict, Optional

from couture.exceptions import AirflowException
from couture.model.base_operator import BaseOperator
from couture.model.call import keyword_arguments
from couture.operators.sensor import BaseSensorOperator

_MAX_ANSWER_BYTES = 64 << 20


class Answer:
    """What a server answered, under the names that functions written for `requests` use."""

    def __init__(self, status_code: int, reason: str, headers: Dict[str, str], content: bytes, url: str) -> None:
        self.status_code, self.reason, self.headers, self.content, self.url = status_code, reason, headers, content, url
        self.ok = status_code < 400

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.content)

    def raise_for_status(self) -> None:
        if not self.ok:
            raise AirflowException(f"{self.status_code}:{self.reason}")


def send(method: str, url: str, data: Any, headers: Any, extra_options: Any, connection: Any) -> Answer:
    """Sends one request. `data` is the query of a GET, a form where it is a dictionary, else the body."""
    import base64
    import ssl
    import urllib.error
    import urllib.parse
    import urllib.request

    options = extra_options or {}
    sent = {name: str(value) for name, value in (connection.extra_dejson or {}).items() if isinstance(value, (str, int, float))}
    sent.update(headers or {})
    body: Optional[bytes] = None
    if isinstance(data, dict):
        text = urllib.parse.urlencode({name: value for name, value in data.items() if value is not None}, doseq=True)
        if method == "GET":
            url += ("&" if "?" in url else "?") + text if text else ""
        else:
            body = text.encode()
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
    elif data is not None:
        body = data.encode() if isinstance(data, str) else data
    if connection.login:
        pair = f"{connection.login}:{connection.password or ''}".encode()
        sent.setdefault("Authorization", "Basic " + base64.b64encode(pair).decode())
    if not url.lower().startswith(("http://", "https://")):
        raise AirflowException(f"{url!r} is no address of HTTP")
    request = urllib.request.Request(url, data=body, headers=sent, method=method)
    tls = ssl._create_unverified_context() if options.get("verify", True) is False else None
    try:
        with urllib.request.urlopen(request, timeout=float(options.get("timeout") or 60), context=tls) as answer:
            return Answer(answer.status, answer.reason, dict(answer.headers), answer.read(_MAX_ANSWER_BYTES), url)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, str(error.reason), dict(error.headers), error.read(_MAX_ANSWER_BYTES), url)
    except urllib.error.URLError as error:
        raise AirflowException(f"the server cannot be reached: {error.reason}") from None


def _ask(function: Callable, answer: Answer, context: Any) -> Any:
    return function(answer, **keyword_arguments(function, [answer], {}, context))


class SimpleHttpOperator(BaseOperator):
    """Sends a request; its answer's text is the XCom `return_value`."""

    template_fields = ("endpoint", "data", "headers")
    template_fields_renderers = {"headers": "json", "data": "py"}
    ui_color = "#f4a460"

    def __init__(
        self,
        *,
        endpoint: Optional[str] = None,
        method: str = "POST",
        data: Any = None,
        headers: Optional[Dict[str, str]] = None,
        response_check: Optional[Callable] = None,
        response_filter: Optional[Callable] = None,
        extra_options: Optional[Dict[str, Any]] = None,
        http_conn_id: str = "http_default",
        log_response: bool = False,
        xcom_push: bool = False,
        deferrable: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.http_conn_id, self.method, self.endpoint = http_conn_id, method, endpoint or ""
        self.headers, self.data, self.extra_options = headers or {}, data if data is not None else {}, extra_options or {}
        self.response_check, self.response_filter, self.log_response = response_check, response_filter, log_response
        self.xcom_push_flag = xcom_push

    def execute(self, context: Any) -> Any:
        from couture.hooks import HttpHook

        print("Calling HTTP method")
        answer = HttpHook(self.method, http_conn_id=self.http_conn_id).run(self.endpoint, self.data, self.headers, self.extra_options)
        if self.log_response:
            print(answer.text)
        if self.response_check is not None and not _ask(self.response_check, answer, context):
            raise AirflowException("response_check says that the answer is not good")
        if context["ti"].is_old and not self.xcom_push_flag:
            return None
        return _ask(self.response_filter, answer, context) if self.response_filter is not None else answer.text


class HttpOperator(SimpleHttpOperator):
    """The same, under its newer name."""


class HttpSensor(BaseSensorOperator):
    """Waits until a server answers, and until a function is content with the answer."""

    template_fields = ("endpoint", "request_params", "headers")

    def __init__(
        self,
        *,
        endpoint: str,
        http_conn_id: str = "http_default",
        method: str = "GET",
        request_params: Any = None,
        request_kwargs: Any = None,
        headers: Optional[Dict[str, Any]] = None,
        response_error_codes_allowlist: Any = None,
        response_check: Optional[Callable] = None,
        extra_options: Optional[Dict[str, Any]] = None,
        deferrable: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.endpoint, self.http_conn_id, self.method = endpoint, http_conn_id, method
        self.request_params, self.headers, self.extra_options = request_params or {}, headers or {}, extra_options or {}
        self.response_check = response_check
        self.response_error_codes_allowlist = ["404"] if response_error_codes_allowlist is None else list(response_error_codes_allowlist)

    def poke(self, context: Any) -> bool:
        from couture.hooks import HttpHook

        print(f"Poking: {self.endpoint}")
        options = {**self.extra_options, "check_response": False}
        answer = HttpHook(self.method, http_conn_id=self.http_conn_id).run(self.endpoint, self.request_params, self.headers, options)
        if str(answer.status_code) in self.response_error_codes_allowlist:
            return False
        if self.extra_options.get("check_response", True):
            answer.raise_for_status()
        return self.response_check is None or bool(_ask(self.response_check, answer, context))

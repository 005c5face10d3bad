"""Sends mail: for subclasses and mapped tasks. Plain ones Couture sends by itself."""

from typing import Any, List, Optional, Union

from couture.model.base_operator import BaseOperator


def send_email(
    to: Union[str, List[str]],
    subject: str,
    html_content: str,
    files: Optional[List[str]] = None,
    dryrun: bool = False,
    cc: Any = None,
    bcc: Any = None,
    mime_subtype: str = "mixed",
    mime_charset: str = "utf-8",
    conn_id: Optional[str] = None,
    custom_headers: Any = None,
    from_email: Optional[str] = None,
    **_: Any,
) -> None:
    """Sends one mail by way of the connection `smtp_default` (or `conn_id`), else of the settings `[smtp]`."""
    import smtplib
    from email.mime.application import MIMEApplication
    from email.mime.multipart import MIMEMultipart
    from email.mime.text import MIMEText

    settings = _settings(conn_id)
    message = MIMEMultipart(mime_subtype)
    message["Subject"], message["From"] = subject, from_email or settings["from"]
    message["To"] = ", ".join(get_email_address_list(to))
    everybody = get_email_address_list(to) + get_email_address_list(cc or []) + get_email_address_list(bcc or [])
    if cc:
        message["CC"] = ", ".join(get_email_address_list(cc))
    for name, value in (custom_headers or {}).items():
        message[name] = value
    message.attach(MIMEText(html_content, "html", mime_charset))
    for path in files or []:
        import os

        name = os.path.basename(path)
        with open(path, "rb") as file:
            part = MIMEApplication(file.read(), Name=name)
        part["Content-Disposition"] = f'attachment; filename="{name}"'
        message.attach(part)
    if dryrun:
        return
    make = smtplib.SMTP_SSL if settings["ssl"] else smtplib.SMTP
    with make(settings["host"], settings["port"], timeout=settings["timeout"]) as server:
        if settings["starttls"]:
            server.starttls()
        if settings["login"]:
            server.login(settings["login"], settings["password"] or "")
        server.sendmail(message["From"], everybody, message.as_string())


def _settings(conn_id: Optional[str]) -> dict:
    from couture.connection import Connection
    from couture.exceptions import AirflowException

    found = Connection.get_connections(conn_id or "smtp_default")
    if not found:
        raise AirflowException(f"there is no connection {conn_id or 'smtp_default'!r} that names a mail server; make one of type smtp")
    connection = found[0]
    extra = connection.extra_dejson
    ssl = not extra.get("disable_ssl", False) and connection.port == 465
    return {
        "host": connection.host or "localhost",
        "port": connection.port or 25,
        "login": connection.login,
        "password": connection.password,
        "from": extra.get("from_email") or connection.login or "airflow@example.com",
        "ssl": ssl,
        "timeout": float(extra.get("timeout", 30)),
        "starttls": not ssl and not extra.get("disable_tls", connection.port in (None, 25, 1025)),
    }


def get_email_address_list(addresses: Any) -> List[str]:
    """Addresses from a list, or from a text with commas or semicolons between them."""
    if isinstance(addresses, str):
        return [address.strip() for address in addresses.replace(";", ",").split(",") if address.strip()]
    return [address for entry in addresses for address in get_email_address_list(entry)]


class EmailOperator(BaseOperator):
    """Sends one mail."""

    template_fields = ("to", "subject", "html_content", "files")
    template_fields_renderers = {"html_content": "html"}
    template_ext = (".html",)
    ui_color = "#e6faf9"

    def __init__(
        self,
        *,
        to: Any,
        subject: str,
        html_content: str,
        files: Optional[List[str]] = None,
        cc: Any = None,
        bcc: Any = None,
        mime_subtype: str = "mixed",
        mime_charset: str = "utf-8",
        conn_id: Optional[str] = None,
        custom_headers: Any = None,
        from_email: Optional[str] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.to, self.subject, self.html_content, self.files, self.cc, self.bcc = to, subject, html_content, files or [], cc, bcc
        self.mime_subtype, self.mime_charset = mime_subtype, mime_charset
        self.conn_id, self.custom_headers, self.from_email = conn_id, custom_headers, from_email

    def execute(self, context: Any) -> None:
        send_email(
            self.to,
            self.subject,
            self.html_content,
            files=self.files,
            cc=self.cc,
            bcc=self.bcc,
            mime_subtype=self.mime_subtype,
            mime_charset=self.mime_charset,
            conn_id=self.conn_id,
            custom_headers=self.custom_headers,
            from_email=self.from_email,
        )

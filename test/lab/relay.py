"""A mail relay that wants STARTTLS and a login: relay.py ADDRESS PORT KEY CERTIFICATE PASSWORD. Prints what it gets as JSON."""

import json
import ssl
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

address, port, key, certificate, password = sys.argv[1:]


def tell(**what):
    print(json.dumps(what), flush=True)


class Mailbox:
    async def handle_DATA(self, server, session, envelope):
        tell(
            encrypted=session.ssl is not None,
            login=session.auth_data.login.decode(),
            sender=envelope.mail_from,
            receivers=envelope.rcpt_tos,
            text=envelope.content.decode(),
        )
        return "250 OK"


def check(server, session, envelope, mechanism, login):
    good = login.password.decode() == password
    if not good:
        tell(refused=login.login.decode())
    return AuthResult(success=good, handled=False, auth_data=login)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)
Controller(
    Mailbox(),
    hostname=address,
    port=int(port),
    tls_context=context,
    require_starttls=True,
    auth_required=True,
    authenticator=check,
).start()
tell(ready=True)
while True:
    time.sleep(60)

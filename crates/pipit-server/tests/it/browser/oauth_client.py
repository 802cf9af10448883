"""An app in 90 lines: authlib registers, asks, trades and uses a token; a browser plays the person.

Says on standard output the address that the person is to open, twice (the first time they refuse),
then what came of it.
"""
import http.server
import json
import queue
import sys
import threading
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

PATIENCE = 60  # seconds
server = sys.argv[1]
led_back = queue.Queue()


class LedBack(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>app</title><main>Back in the app</main>")
        if self.path.startswith("/cb"):
            led_back.put(f"http://127.0.0.1:{self.server.server_port}{self.path}")

    def log_message(self, *_):
        pass


# With threads: browsers open connections that they do not use at once.
listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), LedBack)
threading.Thread(target=listener.serve_forever, daemon=True).start()
redirect_uri = f"http://127.0.0.1:{listener.server_port}/cb"
discovery = f"{server}/.well-known/oauth-authorization-server"
metadata = requests.get(discovery, timeout=PATIENCE).json()
app = requests.post(
    metadata["app_registration_endpoint"],
    json={
        "client_name": "Authlib",
        "redirect_uris": [redirect_uri],
        "scopes": "read write:statuses",
    },
    timeout=PATIENCE,
).json()
session = OAuth2Session(
    app["client_id"],
    app["client_secret"],
    scope="read write:statuses",
    redirect_uri=redirect_uri,
    code_challenge_method="S256",
    token_endpoint_auth_method="client_secret_basic",
)
verifier = generate_token(48)
address, state = session.create_authorization_url(
    metadata["authorization_endpoint"], code_verifier=verifier
)


def ask_person():
    print(address, flush=True)
    return led_back.get(timeout=PATIENCE)


def fetch(response, code_verifier):
    return session.fetch_token(
        metadata["token_endpoint"],
        authorization_response=response,
        state=state,
        code_verifier=code_verifier,
    )


def refusal(response, code_verifier):
    try:
        fetch(response, code_verifier)
    except OAuthError as error:
        return error.error
    raise SystemExit("it gave a token")


denied = parse_qs(urlsplit(ask_person()).query)
assert denied["state"] == [state], denied
said_no = denied["error"][0]
allowed = ask_person()
wrong_verifier = refusal(allowed, generate_token(48))
token = fetch(allowed, verifier)
who = session.get(metadata["userinfo_endpoint"]).json()
posted = session.post(f"{server}/tweets", json={"content": "By an app"})
refused = session.put(f"{server}/users/me/avatar")
first_token = token["access_token"]
bearer = {"Authorization": f"Bearer {first_token}"}
before = requests.get(f"{server}/timeline", headers=bearer, timeout=PATIENCE)
# Whoever has seen the address and the verifier, and comes late, ends what the app got.
again = refusal(allowed, verifier)
ended = requests.get(f"{server}/timeline", headers=bearer, timeout=PATIENCE)
token = fetch(ask_person(), verifier)
session.revoke_token(metadata["revocation_endpoint"], token=token["access_token"])
bearer = {"Authorization": f"Bearer {token['access_token']}"}
revoked = requests.get(f"{server}/timeline", headers=bearer, timeout=PATIENCE)
print(
    json.dumps({
        "said_no": said_no,
        "wrong_verifier": wrong_verifier,
        "scope": token["scope"],
        "who": who["preferred_username"],
        "posted": posted.status_code,
        "refused": [refused.status_code, refused.json().get("scope")],
        "again": again,
        "read": [before.status_code, ended.status_code, revoked.status_code],
    }),
    flush=True,
)

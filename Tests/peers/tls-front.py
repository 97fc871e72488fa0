#!/usr/bin/env python3
"""TLS before a server that speaks none: what a test needs of a peer, right or wrong.

  tls-front.py PORT TARGET CERTIFICATE KEY [OLDEST NEWEST]

Listens on PORT of 127.0.0.1 (0: any), prints it, and passes on to TARGET there. OLDEST and NEWEST bound the protocol: TLSv1_1.
"""

import socket
import ssl
import sys
import threading


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(client):
    try:
        with context.wrap_socket(client, server_side=True) as peer:
            with socket.create_connection(("127.0.0.1", target)) as server:
                back = threading.Thread(target=copy, args=(server, peer))
                back.start()
                copy(peer, server)
                back.join()
    except OSError:
        client.close()


port, target, certificate, key, *versions = sys.argv[1:]
target = int(target)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
if versions:
    # What OpenSSL refuses by itself is what is wanted here.
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = (ssl.TLSVersion[name] for name in versions)
listener = socket.create_server(("127.0.0.1", int(port)))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

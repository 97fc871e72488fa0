#!/usr/bin/env python3
"""What stands between the service and the DX of the lab: HTTPS on port 8443, and a proxy on port 3128 that knows dx.example.

  front.py CERTIFICATE KEY

The proxy writes a line for each connection it makes.
"""

import socket
import ssl
import sys
import threading

DX = ("127.0.0.1", 8080)
HTTPS = ("127.0.0.1", 8443)


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def join(one, other):
    thread = threading.Thread(target=copy, args=(other, one), daemon=True)
    thread.start()
    copy(one, other)
    thread.join()
    one.close()
    other.close()


def serve(address, answer):
    listener = socket.create_server(address)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def https(connection):
    try:
        join(context.wrap_socket(connection, server_side=True), socket.create_connection(DX))
    except OSError:
        connection.close()


def proxy(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(65536)
    target = head.split()[1].decode()
    print("CONNECT", target, flush=True)
    if target == "dx.example:8443":
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        join(connection, socket.create_connection(HTTPS))
    connection.close()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
threading.Thread(target=serve, args=(("127.0.0.1", 3128), proxy), daemon=True).start()
serve(HTTPS, https)

/* A TLS server on 127.0.0.1 whose certificate nobody has signed but itself. To whoever takes it all the same
   it answers a request for "/redirect?URL" by sending him there, and every other with "trusted". */
#ifndef PLX_TESTS_TLS_SERVER_H
#define PLX_TESTS_TLS_SERVER_H

struct tls_server;

struct tls_server *tls_server_start(void); /* NULL on failure */
unsigned tls_server_port(const struct tls_server *server);

/* NULL is fine. */
void tls_server_stop(struct tls_server *server);

#endif

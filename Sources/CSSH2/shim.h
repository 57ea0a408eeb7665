#ifndef CSSH2_SHIM_H
#define CSSH2_SHIM_H

#include <libssh2.h>
#include <libssh2_sftp.h>

/// recv(2) as libssh2 wants it: the negated errno on failure. `abstract` is what libssh2_session_init_ex was given.
typedef ssize_t (*cssh2_receive)(libssh2_socket_t socket, void *buffer, size_t length, int flags, void **abstract);

/// libssh2_session_callback_set with LIBSSH2_CALLBACK_RECV, which takes the function as a data pointer.
static inline void cssh2_set_receive(LIBSSH2_SESSION *session, cssh2_receive receive) {
  libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, (void *)receive);
}

#endif

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "opaque.h"
#include "opaque_libraries.h"

static void hides_internal_types(void **state)
{
	static const char *const names[] = {
		"net/http.response",
		"net/http.http2responseWriterState",
		"net/http/internal/http2.responseWriter",
		"net/http/internal.chunkedReader",
		"net/http/httputil.delegateReader",
		"bufio.Reader",
		"bufio.Writer",
		"bufio.Scanner",
		"crypto/tls.Conn",
		"crypto/tls.Config",
		"crypto/rsa.PrivateKey",
		"crypto/ed25519.PrivateKey",
		"crypto/internal/fips140/ecdsa.PrivateKey",
		"crypto/x509.verifyOptions",
		"vendor/golang.org/x/crypto/chacha20poly1305.chacha20poly1305",
		"vendor/golang.org/x/net/http2/hpack.Encoder",
		"golang.org/x/net/http2.serverConn",
		"golang.org/x/net/http2.Framer",
		"shop/vendor/golang.org/x/net/http2.responseWriterState",
		"net/textproto.Reader",
		"compress/gzip.Writer",
		"compress/flate.compressor",
		"encoding/json.Decoder",
		"encoding/json.encodeState",
		"fmt.pp",
		"sync.Pool",
		"google.golang.org/grpc/internal/transport.http2Server",
		"google.golang.org/grpc/mem.buffer",
		"bufio.Generic[go.shape.int]",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!type_name_is_opaque(names[i], &opaque_libraries))
			fail_msg("%s is shown", names[i]);
	}
}

static void shows_other_types(void **state)
{
	static const char *const names[] = {
		"",
		".",
		"bufio",
		"bufio.",
		"int",
		"[]uint8",
		"net/http.Request",
		"net/http.Cookie",
		"net/http.Header",
		"net/httptest.response",
		"net/url.URL",
		"net/textproto.Error",
		"crypto/tls.ConnectionState",
		"crypto/x509.Certificate",
		"crypto/x509/pkix.Name",
		"golang.org/x/net/http2/hpack.HeaderField",
		"golang.org/x/net/http2x.conn",
		"fmt.wrapError",
		"sync.Mutex",
		"bytes.Buffer",
		"main.response",
		"main.bufio",
		"shop/bufio.Reader",
		"mybufio.Reader",
		"shop/mycrypto.Key",
		"myvendor/bufio.Reader",
		"sync/atomic.Pointer[net/http.response]",
		"struct { net/http.response }",
		"func(bufio.Reader)",
		"map[string]bufio.Reader",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (type_name_is_opaque(names[i], &opaque_libraries))
			fail_msg("%s is not shown", names[i]);
	}
}

static void has_rules_for_basic_packages_built_in(void **state)
{
	assert_true(type_name_is_opaque("crypto/tls.Conn", NULL));
	assert_true(type_name_is_opaque("shop/vendor/bufio.Reader", NULL));
	assert_false(type_name_is_opaque("net/http.response", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hides_internal_types),
		cmocka_unit_test(shows_other_types),
		cmocka_unit_test(has_rules_for_basic_packages_built_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Evidence: golang/go src/net/http/{request,server,h2_bundle,http2}.go, src/net/url/url.go and
 * src/net/http/internal/http2/server.go of each release, and the DWARF of each available toolchain
 * (tests/truth/layout_truth compares row by row). Types of unknown size are reached through pointers only.
 */
#include "net_http_rows.h"
#include "release_range.h"

#define REQUEST "net/http.Request"
#define URL "net/url.URL"
#define RESPONSE "net/http.response"
#define CONN "net/http.conn"
#define H2_WRITER "net/http.http2responseWriter"
#define H2_STATE "net/http.http2responseWriterState"
#define H2 "net/http/internal/http2."

#define SERVER_CONN "sc *net/http.http2serverConn, "
#define HANDLER "handler func(net/http.ResponseWriter, *net/http.Request)"
#define H2_HANDLER "handler func(*" H2 "responseWriter, *" H2 "ServerRequest)"

static const struct layout_field fields[] = {
	{ REQUEST, "Method", "string", 0, EVER, false },
	{ REQUEST, "URL", "*net/url.URL", 16, EVER, false },
	{ REQUEST, "Proto", "string", 24, EVER, false },
	{ REQUEST, "ProtoMajor", "int", 40, EVER, false },
	{ REQUEST, "ProtoMinor", "int", 48, EVER, false },
	{ REQUEST, "Header", "net/http.Header", 56, EVER, false },
	{ REQUEST, "Body", "io.ReadCloser", 64, EVER, false },
	{ REQUEST, "GetBody", "func() (io.ReadCloser, error)", 80, EVER, false },
	{ REQUEST, "ContentLength", "int64", 88, EVER, false },
	{ REQUEST, "TransferEncoding", "[]string", 96, EVER, false },
	{ REQUEST, "Close", "bool", 120, EVER, false },
	{ REQUEST, "Host", "string", 128, EVER, false },
	{ REQUEST, "Form", "net/url.Values", 144, EVER, false },
	{ REQUEST, "PostForm", "net/url.Values", 152, EVER, false },
	{ REQUEST, "MultipartForm", "*mime/multipart.Form", 160, EVER, false },
	{ REQUEST, "Trailer", "net/http.Header", 168, EVER, false },
	{ REQUEST, "RemoteAddr", "string", 176, EVER, false },
	{ REQUEST, "RequestURI", "string", 192, EVER, false },
	{ REQUEST, "TLS", "*crypto/tls.ConnectionState", 208, EVER, false },
	{ REQUEST, "Cancel", "<-chan struct {}", 216, EVER, false },
	{ REQUEST, "Response", "*net/http.Response", 224, EVER, false },
	/* 1.23 put Pattern before ctx; nothing public moved. */
	{ REQUEST, "Pattern", "string", 232, SINCE(23), false },

	{ URL, "Scheme", "string", 0, EVER, false },
	{ URL, "Opaque", "string", 16, EVER, false },
	{ URL, "User", "*net/url.Userinfo", 32, EVER, false },
	{ URL, "Host", "string", 40, EVER, false },
	{ URL, "Path", "string", 56, EVER, false },
	/* 1.26 reordered what follows Path. */
	{ URL, "RawPath", "string", 72, UNTIL(26), false },
	{ URL, "RawPath", "string", 104, SINCE(26), false },
	{ URL, "OmitHost", "bool", 88, SPAN(19, 26), false },
	{ URL, "OmitHost", "bool", 137, SINCE(26), false },
	{ URL, "ForceQuery", "bool", 88, UNTIL(19), false },
	{ URL, "ForceQuery", "bool", 89, SPAN(19, 26), false },
	{ URL, "ForceQuery", "bool", 136, SINCE(26), false },
	{ URL, "RawQuery", "string", 96, UNTIL(26), false },
	{ URL, "RawQuery", "string", 88, SINCE(26), false },
	{ URL, "Fragment", "string", 112, UNTIL(26), false },
	{ URL, "Fragment", "string", 72, SINCE(26), false },
	{ URL, "RawFragment", "string", 128, SPAN(15, 26), false },
	{ URL, "RawFragment", "string", 120, SINCE(26), false },

	/* Unexported, but part of the signature of ServeHTTP, and assumed like it. */
	{ "net/http.serverHandler", "srv", "*net/http.Server", 0, EVER, false },
	{ "net/http.http2Handler", "h", "net/http.Handler", 0, SINCE(27), false },
	{ "net/http.ResponseWriter", "tab", "*runtime.itab", 0, UNTIL(23), false },
	{ "net/http.ResponseWriter", "tab", "*internal/abi.ITab", 0, SINCE(23), false },
	{ "net/http.ResponseWriter", "data", "unsafe.Pointer", 8, EVER, false },

	{ RESPONSE, "conn", "*net/http.conn", 0, EVER, true },
	{ RESPONSE, "req", "*net/http.Request", 8, EVER, true },
	{ RESPONSE, "wroteHeader", "bool", 40, V(11, 0), V(26, 11), true },
	{ RESPONSE, "wroteHeader", "bool", 32, V(26, 11), LATER, true },
	/* The fix of CVE-2020-15586 added two fields before these, in 1.13.13 (golang/go#40211) and
	 * 1.14.5 (golang/go#40212). In 1.27 reqBody became a pointer and ecReader was added;
	 * 1.26.11 got the same in mid-series (seen in its source and DWARF; 1.26.10 had not). */
	{ RESPONSE, "w", "*bufio.Writer", 48, V(11, 0), V(13, 13), true },
	{ RESPONSE, "w", "*bufio.Writer", 56, V(13, 13), V(14, 0), true },
	{ RESPONSE, "w", "*bufio.Writer", 48, V(14, 0), V(14, 5), true },
	{ RESPONSE, "w", "*bufio.Writer", 56, V(14, 5), V(26, 11), true },
	{ RESPONSE, "w", "*bufio.Writer", 64, V(26, 11), LATER, true },
	{ RESPONSE, "cw", "net/http.chunkWriter", 56, V(11, 0), V(13, 13), true },
	{ RESPONSE, "cw", "net/http.chunkWriter", 64, V(13, 13), V(14, 0), true },
	{ RESPONSE, "cw", "net/http.chunkWriter", 56, V(14, 0), V(14, 5), true },
	{ RESPONSE, "cw", "net/http.chunkWriter", 64, V(14, 5), V(26, 11), true },
	{ RESPONSE, "cw", "net/http.chunkWriter", 72, V(26, 11), LATER, true },
	{ RESPONSE, "handlerHeader", "net/http.Header", 80, V(11, 0), V(13, 13), true },
	{ RESPONSE, "handlerHeader", "net/http.Header", 88, V(13, 13), V(14, 0), true },
	{ RESPONSE, "handlerHeader", "net/http.Header", 80, V(14, 0), V(14, 5), true },
	{ RESPONSE, "handlerHeader", "net/http.Header", 88, V(14, 5), V(26, 11), true },
	{ RESPONSE, "handlerHeader", "net/http.Header", 96, V(26, 11), LATER, true },
	{ RESPONSE, "written", "int64", 96, V(11, 0), V(13, 13), true },
	{ RESPONSE, "written", "int64", 104, V(13, 13), V(14, 0), true },
	{ RESPONSE, "written", "int64", 96, V(14, 0), V(14, 5), true },
	{ RESPONSE, "written", "int64", 104, V(14, 5), V(26, 11), true },
	{ RESPONSE, "written", "int64", 112, V(26, 11), LATER, true },
	{ RESPONSE, "contentLength", "int64", 104, V(11, 0), V(13, 13), true },
	{ RESPONSE, "contentLength", "int64", 112, V(13, 13), V(14, 0), true },
	{ RESPONSE, "contentLength", "int64", 104, V(14, 0), V(14, 5), true },
	{ RESPONSE, "contentLength", "int64", 112, V(14, 5), V(26, 11), true },
	{ RESPONSE, "contentLength", "int64", 120, V(26, 11), LATER, true },
	{ RESPONSE, "status", "int", 112, V(11, 0), V(13, 13), true },
	{ RESPONSE, "status", "int", 120, V(13, 13), V(14, 0), true },
	{ RESPONSE, "status", "int", 112, V(14, 0), V(14, 5), true },
	{ RESPONSE, "status", "int", 120, V(14, 5), V(26, 11), true },
	{ RESPONSE, "status", "int", 128, V(26, 11), LATER, true },

	{ "net/http.chunkWriter", "res", "*net/http.response", 0, EVER, true },
	{ "net/http.chunkWriter", "header", "net/http.Header", 8, EVER, true },
	{ "net/http.chunkWriter", "wroteHeader", "bool", 16, EVER, true },

	{ CONN, "server", "*net/http.Server", 0, EVER, true },
	{ CONN, "rwc", "net.Conn", 16, EVER, true },
	{ CONN, "remoteAddr", "string", 32, EVER, true },
	{ CONN, "tlsState", "*crypto/tls.ConnectionState", 48, EVER, true },

	{ H2_WRITER, "rws", "*net/http.http2responseWriterState", 0, UNTIL(27), true },
	{ H2_STATE, "stream", "*net/http.http2stream", 0, UNTIL(27), true },
	{ H2_STATE, "req", "*net/http.Request", 8, UNTIL(27), true },
	/* 1.20 dropped `body`. */
	{ H2_STATE, "conn", "*net/http.http2serverConn", 24, UNTIL(20), true },
	{ H2_STATE, "conn", "*net/http.http2serverConn", 16, SPAN(20, 27), true },
	{ H2_STATE, "handlerHeader", "net/http.Header", 40, UNTIL(20), true },
	{ H2_STATE, "handlerHeader", "net/http.Header", 32, SPAN(20, 27), true },
	{ H2_STATE, "snapHeader", "net/http.Header", 48, UNTIL(20), true },
	{ H2_STATE, "snapHeader", "net/http.Header", 40, SPAN(20, 27), true },
	{ H2_STATE, "status", "int", 80, UNTIL(20), true },
	{ H2_STATE, "status", "int", 72, SPAN(20, 27), true },
	{ H2_STATE, "wroteHeader", "bool", 88, UNTIL(20), true },
	{ H2_STATE, "wroteHeader", "bool", 80, SPAN(20, 27), true },
	{ H2_STATE, "sentContentLen", "int64", 96, UNTIL(20), true },
	{ H2_STATE, "sentContentLen", "int64", 88, SPAN(20, 27), true },
	{ H2_STATE, "wroteBytes", "int64", 104, UNTIL(20), true },
	{ H2_STATE, "wroteBytes", "int64", 96, SPAN(20, 27), true },
	{ "net/http.http2stream", "sc", "*net/http.http2serverConn", 0, UNTIL(27), true },
	{ "net/http.http2stream", "id", "uint32", 8, UNTIL(27), true },

	/* 1.27 moved HTTP/2 into a package of its own (golang/go#67810). */
	{ H2 "responseWriter", "rws", "*" H2 "responseWriterState", 0, SINCE(27), true },
	{ H2 "responseWriterState", "stream", "*" H2 "stream", 0, SINCE(27), true },
	{ H2 "responseWriterState", "req", H2 "ServerRequest", 8, SINCE(27), true },
	{ H2 "responseWriterState", "conn", "*" H2 "serverConn", 184, SINCE(27), true },
	{ H2 "responseWriterState", "handlerHeader", "net/textproto.MIMEHeader", 200, SINCE(27),
	  true },
	{ H2 "responseWriterState", "snapHeader", "net/textproto.MIMEHeader", 208, SINCE(27),
	  true },
	{ H2 "responseWriterState", "status", "int", 240, SINCE(27), true },
	{ H2 "responseWriterState", "wroteHeader", "bool", 248, SINCE(27), true },
	{ H2 "responseWriterState", "sentContentLen", "int64", 256, SINCE(27), true },
	{ H2 "responseWriterState", "wroteBytes", "int64", 264, SINCE(27), true },
	{ H2 "stream", "sc", "*" H2 "serverConn", 0, SINCE(27), true },
	{ H2 "stream", "id", "uint32", 8, SINCE(27), true },
	{ H2 "ServerRequest", "Context", "context.Context", 0, SINCE(27), true },
	{ H2 "ServerRequest", "Proto", "string", 16, SINCE(27), true },
	{ H2 "ServerRequest", "ProtoMajor", "int", 32, SINCE(27), true },
	{ H2 "ServerRequest", "ProtoMinor", "int", 40, SINCE(27), true },
	{ H2 "ServerRequest", "Method", "string", 48, SINCE(27), true },
	{ H2 "ServerRequest", "URL", "*net/url.URL", 64, SINCE(27), true },
	{ H2 "ServerRequest", "Header", "net/textproto.MIMEHeader", 72, SINCE(27), true },
	{ H2 "ServerRequest", "Trailer", "net/textproto.MIMEHeader", 80, SINCE(27), true },
	{ H2 "ServerRequest", "Body", "io.ReadCloser", 88, SINCE(27), true },
	{ H2 "ServerRequest", "Host", "string", 104, SINCE(27), true },
	{ H2 "ServerRequest", "ContentLength", "int64", 120, SINCE(27), true },
	{ H2 "ServerRequest", "RemoteAddr", "string", 128, SINCE(27), true },
	{ H2 "ServerRequest", "RequestURI", "string", 144, SINCE(27), true },
	{ H2 "ServerRequest", "TLS", "*crypto/tls.ConnectionState", 160, SINCE(27), true },
	{ H2 "ServerRequest", "MultipartForm", "*mime/multipart.Form", 168, SINCE(27), true },
};

static const struct layout_type types[] = {
	{ REQUEST, "struct", 248, UNTIL(22), false },
	{ REQUEST, "struct", 288, SPAN(22, 23), false },
	{ REQUEST, "struct", 304, SINCE(23), false },
	{ URL, "struct", 128, UNTIL(15), false },
	{ URL, "struct", 144, SINCE(15), false },
	{ "net/http.serverHandler", "struct", 8, EVER, false },
	{ "net/http.http2Handler", "struct", 16, SINCE(27), false },
	{ "net/http.ResponseWriter", "interface", 16, EVER, false },
	{ "net/http.Handler", "interface", 16, EVER, false },
	{ "net/http.Header", "map[string][]string", 8, EVER, false },
	{ "net/url.Values", "map[string][]string", 8, EVER, false },

	{ RESPONSE, "struct", 0, EVER, true },
	{ "net/http.chunkWriter", "struct", 0, EVER, true },
	{ CONN, "struct", 152, UNTIL(20), true },
	{ CONN, "struct", 144, SINCE(20), true },
	{ H2_WRITER, "struct", 8, UNTIL(27), true },
	{ H2_STATE, "struct", 0, UNTIL(27), true },
	{ "net/http.http2stream", "struct", 0, UNTIL(27), true },
	{ H2 "responseWriter", "struct", 8, SINCE(27), true },
	{ H2 "responseWriterState", "struct", 0, SINCE(27), true },
	{ H2 "stream", "struct", 0, SINCE(27), true },
	{ H2 "ServerRequest", "struct", 176, SINCE(27), true },
	{ "net/textproto.MIMEHeader", "map[string][]string", 8, EVER, false },
};

static const struct layout_function functions[] = {
	{ "net/http.serverHandler.ServeHTTP",
	  "sh net/http.serverHandler, rw net/http.ResponseWriter, req *net/http.Request", "",
	  EVER },
	{ "net/http.(*response).finishRequest", "w *net/http.response", "", EVER },
	{ "net/http.(*http2responseWriter).handlerDone", "w *net/http.http2responseWriter", "",
	  UNTIL(27) },
	{ H2 "(*responseWriter).handlerDone", "w *" H2 "responseWriter", "", SINCE(27) },
	{ "net/http.(*response).sendExpectationFailed", "w *net/http.response", "", EVER },
	{ "net/http.(*response).Hijack", "w *net/http.response",
	  "rwc net.Conn, buf *bufio.ReadWriter, err error", EVER },
	{ "net/http.(*Transport).roundTrip", "t *net/http.Transport, req *net/http.Request",
	  "_ *net/http.Response, err error", EVER },
	{ "net/http.(*chunkWriter).close", "cw *net/http.chunkWriter", "", EVER },
	{ "net/http.(*conn).readRequest", "c *net/http.conn, ctx context.Context",
	  "w *net/http.response, err error", EVER },
	{ "net/http.(*conn).close", "c *net/http.conn", "", EVER },
	{ "net/http.(*conn).hijackLocked", "c *net/http.conn",
	  "rwc net.Conn, buf *bufio.ReadWriter, err error", EVER },
	{ "net/http.(*ServeMux).findHandler", "mux *net/http.ServeMux, r *net/http.Request",
	  "h net/http.Handler, patStr string, ~r2 *net/http.pattern, matches []string", SINCE(22) },
	{ "sync.(*Pool).Put", "p *sync.Pool, x interface {}", "", EVER },
	{ "net/http.(*http2serverConn).runHandler",
	  SERVER_CONN "rw *net/http.http2responseWriter, req *net/http.Request, " HANDLER, "",
	  UNTIL(27) },
	{ H2 "(*serverConn).runHandler",
	  "sc *" H2 "serverConn, rw *" H2 "responseWriter, req *" H2 "ServerRequest, " H2_HANDLER,
	  "", SINCE(27) },
	{ "net/http.http2Handler.ServeHTTP",
	  "h net/http.http2Handler, w *" H2 "responseWriter, req *" H2 "ServerRequest", "",
	  SINCE(27) },
};

const struct library net_http_library = { LIBRARY_ROWS(fields, types, functions) };

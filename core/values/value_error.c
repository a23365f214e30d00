/* SPDX-License-Identifier: MIT */
/*
 * The texts of errors of the standard library that are made of parts: golang/go src/net/net.go, os/error.go,
 * syscall/syscall_unix.go, context/context.go.
 */
#include "value_error.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "value_text.h"

enum { MAX_DEPTH = 8 }; /* of errors within errors */

/* A text that is being made from the error `value`. */
struct making {
	struct value_printer *printer;
	struct text_buffer *text;
	int depth;
};

/* Each returns false if a part of the text is not known. */
typedef bool make_text(struct making *making, const struct shape_node *value);

/* ---- parts ---- */

/* Returns the struct that a value is, or points to; NULL if it is another value. */
static const struct shape_node *struct_of(const struct value_printer *printer,
					  const struct shape_node *value)
{
	while (value->kind == SHAPE_POINTER && value->size > 1) {
		const struct hit_value *pointer = value_of_cell(printer, value->cell);

		if (!pointer || !pointer->integer)
			return NULL;
		value++;
	}
	return value->kind == SHAPE_STRUCT ? value : NULL;
}

static const struct shape_node *field_of(const struct value_printer *printer,
					 const struct shape_node *value, const char *name)
{
	const struct shape_node *parent = struct_of(printer, value);
	const struct shape_node *end = parent ? parent + parent->size : NULL;

	for (const struct shape_node *field = parent ? parent + 1 : NULL; field < end;
	     field += field->size) {
		if (strcmp(value_name(printer, field), name) == 0)
			return field;
	}
	return NULL;
}

/* Returns the string in a field; NULL if it is not known. */
static const struct hit_value *string_of(const struct making *making,
					 const struct shape_node *value, const char *name)
{
	const struct shape_node *field = field_of(making->printer, value, name);
	const struct hit_value *string = field && field->kind == SHAPE_CELL ?
						 value_of_cell(making->printer, field->cell) :
						 NULL;

	return string && string->data && string->size == string->length ? string : NULL;
}

static bool append_string(struct making *making, const char *before, const struct hit_value *string)
{
	if (!string)
		return false;
	text_buffer_add(making->text, before, strlen(before));
	text_buffer_add(making->text, string->data, string->size);
	return true;
}

/* Adds the text of the error in an interface. */
static bool append_error(struct making *making, const char *before,
			 const struct shape_node *interface)
{
	text_buffer_add(making->text, before, strlen(before));
	return interface && interface->kind == SHAPE_INTERFACE && making->depth < MAX_DEPTH &&
	       value_error_text(making->printer, interface, making->depth + 1, making->text);
}

static bool append_error_of(struct making *making, const struct shape_node *value, const char *name,
			    const char *before)
{
	return append_error(making, before, field_of(making->printer, value, name));
}

/* Returns whether an interface holds nil. */
static bool is_nil(const struct value_printer *printer, const struct shape_node *interface)
{
	const struct hit_value *word = value_of_cell(printer, interface->cell);

	return word && !word->integer;
}

/* Returns the value of a field that is one cell; NULL if it is not known. */
static const struct hit_value *integer_in(const struct making *making,
					  const struct shape_node *value, const char *name)
{
	const struct shape_node *field = field_of(making->printer, value, name);

	return field && field->kind == SHAPE_CELL ? value_of_cell(making->printer, field->cell) :
						    NULL;
}

/* Appends "192.0.2.1:443" or "[2001:db8::1%eth0]:443". */
static bool append_tcp_address(struct making *making, const struct shape_node *value)
{
	const struct shape_node *ip = field_of(making->printer, value, "IP");
	const struct hit_value *port = integer_in(making, value, "Port");
	const struct hit_value *zone = string_of(making, value, "Zone");
	struct text_buffer host = { 0 };
	bool is_made = ip && port && zone &&
		       value_text(making->printer, ip, &host) == VALUE_TEXT_MADE && !host.failed;
	bool is_v6 = is_made && memchr(host.data, ':', host.size);

	if (is_made) {
		text_buffer_add(making->text, "[", is_v6);
		text_buffer_add(making->text, host.data, host.size);
		is_made = zone->size == 0 || append_string(making, "%", zone);
		text_buffer_print(making->text, "%s:%lld", is_v6 ? "]" : "",
				  (long long)port->integer);
	}
	text_buffer_release(&host);
	return is_made;
}

/* Appends the address in an interface, if it is not nil; only addresses of TCP are known. */
static bool append_address(struct making *making, const char *before,
			   const struct shape_node *interface)
{
	const struct shape_node *held;

	if (!interface || interface->kind != SHAPE_INTERFACE)
		return false;
	if (is_nil(making->printer, interface))
		return true;
	text_buffer_add(making->text, before, strlen(before));
	held = value_held(making->printer, interface);
	return held && strcmp(value_name(making->printer, held), "*net.TCPAddr") == 0 &&
	       append_tcp_address(making, held);
}

/* ---- errors ---- */

static bool make_op_error(struct making *making, const struct shape_node *value)
{
	const struct hit_value *network = string_of(making, value, "Net");
	const struct shape_node *source = field_of(making->printer, value, "Source");
	bool has_source = source && source->kind == SHAPE_INTERFACE &&
			  !is_nil(making->printer, source);

	if (!network || !append_string(making, "", string_of(making, value, "Op")))
		return false;
	if (network->size && !append_string(making, " ", network))
		return false;
	return append_address(making, " ", source) &&
	       append_address(making, has_source ? "->" : " ",
			      field_of(making->printer, value, "Addr")) &&
	       append_error_of(making, value, "Err", ": ");
}

static bool make_syscall_error(struct making *making, const struct shape_node *value)
{
	return append_string(making, "", string_of(making, value, "Syscall")) &&
	       append_error_of(making, value, "Err", ": ");
}

/*
 * The texts of Go and of the C library are the same, but Go's begin with a small letter if it is no acronym, and one is
 * older.
 */
static bool make_errno(struct making *making, const struct shape_node *value)
{
	enum { ERRORS = 134 }; /* golang/go src/syscall/zerrors_linux_amd64.go */
	const struct hit_value *number =
		value->kind == SHAPE_CELL ? value_of_cell(making->printer, value->cell) : NULL;
	const char *text = number && number->integer > 0 && number->integer < ERRORS ?
				   strerrordesc_np((int)number->integer) :
				   NULL;

	if (!text)
		return false;
	if (number->integer == ESTALE)
		text = "stale NFS file handle";
	text_buffer_print(making->text, "%c%s",
			  islower((unsigned char)text[1]) ? tolower((unsigned char)text[0]) :
							    text[0],
			  text + 1);
	return true;
}

static bool make_dns_error(struct making *making, const struct shape_node *value)
{
	const struct hit_value *server = string_of(making, value, "Server");

	return server && append_string(making, "lookup ", string_of(making, value, "Name")) &&
	       (server->size == 0 || append_string(making, " on ", server)) &&
	       append_string(making, ": ", string_of(making, value, "Err"));
}

static const struct {
	const char *type, *text; /* the whole text, if there are no parts */
	make_text *make;
} errors[] = {
	{ "context.deadlineExceededError", "context deadline exceeded", NULL },
	{ "*internal/poll.DeadlineExceededError", "i/o timeout", NULL },
	{ "*net.timeoutError", "i/o timeout", NULL },
	{ "crypto/x509.UnknownAuthorityError", "x509: certificate signed by unknown authority",
	  NULL },
	{ "*net.OpError", NULL, make_op_error },
	{ "*os.SyscallError", NULL, make_syscall_error },
	{ "syscall.Errno", NULL, make_errno },
	{ "*net.DNSError", NULL, make_dns_error },
};

/* Adds the text of an error that is a text itself. */
static bool append_held_text(struct making *making, const struct shape_node *held)
{
	const struct hit_value *string = held->size > 1 && held[1].kind == SHAPE_CELL ?
						 value_of_cell(making->printer, held[1].cell) :
						 NULL;

	return string && string->data && string->size == string->length &&
	       append_string(making, "", string);
}

bool value_error_text(struct value_printer *printer, const struct shape_node *interface, int depth,
		      struct text_buffer *text)
{
	struct making making = { printer, text, depth };
	const struct shape_node *held = value_held(printer, interface);
	const char *name = value_held_name(printer, interface, held);

	if (held && held->kind == SHAPE_ERROR)
		return append_held_text(&making, held);
	for (size_t i = 0; name && i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strcmp(errors[i].type, name) != 0)
			continue;
		if (errors[i].make)
			return held && errors[i].make(&making, held);
		text_buffer_add(text, errors[i].text, strlen(errors[i].text));
		return true;
	}
	return false;
}

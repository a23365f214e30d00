/* SPDX-License-Identifier: MIT */
#include "net_http_rows.h"

/* A handler that wrote nothing leaves 0; net/http then sends 200. */
static struct integer status_of(const struct hit *hit)
{
	struct integer status = hit_integer(hit, FIELD_STATUS);

	if (status.presence == PRESENT && status.value == 0)
		status.value = 200;
	return status;
}

/*
 * net/http also counts bytes that it refuses to write: beyond the declared Content-Length it accepts nothing of a
 * write, nor of later ones. Over HTTP/1 all accepted bytes are still in the buffer unless some were flushed. After a
 * flush, and over HTTP/2, the accepted bytes are not counted anywhere.
 */
static struct integer response_bytes_of(const struct hit *hit)
{
	struct integer written = hit_integer(hit, FIELD_RESPONSE_BYTES);
	struct integer declared = hit_integer(hit, FIELD_DECLARED_BYTES);
	struct integer sent_length = hit_integer(hit, FIELD_SENT_LENGTH);
	struct integer sent = hit_integer(hit, FIELD_HEADER_SENT);
	static const struct integer unknown = { UNREADABLE, 0 };

	if (written.presence != PRESENT)
		return written;
	if (declared.presence == UNREADABLE || sent_length.presence == UNREADABLE)
		return unknown;
	if (sent_length.presence == PRESENT && sent_length.value > 0 &&
	    written.value > sent_length.value)
		return unknown;
	if (declared.presence != PRESENT || declared.value < 0 || written.value <= declared.value)
		return written;
	if (sent.presence != PRESENT || sent.value)
		return unknown;
	written = hit_integer(hit, FIELD_BUFFERED_BYTES);
	return written.presence == ABSENT ? (struct integer){ PRESENT, 0 } : written;
}

void net_http_complete(struct hit *hit)
{
	hit_set_integer(hit, FIELD_STATUS, status_of(hit));
	hit_set_integer(hit, FIELD_RESPONSE_BYTES, response_bytes_of(hit));
}

// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * What gohttpsnoop's programs are measured against: straight-line programs for one library and one calling convention
 * (net/http's server, Go 1.19 to 1.24, amd64), with each offset compiled in. At the begin of a request they read two
 * structs and six strings, at its end one struct, and submit a record for each.
 *
 * Nothing else is as it should be: the programs use much stack and one scratch for each CPU, so a preempted hit mixes
 * its record with another one.
 */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include "frame.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum {
	STRINGS = 6,
	STRING_SIZE = 1024,
	/* Words of http.Request, url.URL and http.response. */
	REQUEST_WORDS = 27,
	REQUEST_METHOD = 0,
	REQUEST_URL = 2,
	REQUEST_PROTO = 3,
	REQUEST_HOST = 16,
	REQUEST_REMOTE = 22,
	URL_WORDS = 15,
	URL_PATH = 7,
	URL_QUERY = 12,
	RESPONSE_WORDS = 17,
	RESPONSE_WRITTEN = 13,
	RESPONSE_STATUS = 15,
	/* The flags of the comparison in a stack check that will grow the stack: carry and zero. */
	STACK_TOO_SMALL = 0x41,
	/* Of the least programs: the id in a goroutine, and how far gohttpsnoop reads on behind the method. */
	GOROUTINE_ID = 152,
	AFTER_METHOD = 96,
};

struct record_start {
	__u64 time;
	__u64 process;
	__u64 response; /* joins the two records of a request */
	__u64 lengths[STRINGS];
	__u8 text[STRINGS * STRING_SIZE];
};

struct record_end {
	__u64 time;
	__u64 process;
	__u64 response;
	__u64 status;
	__u64 written;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} ring SEC(".maps");

/* Some bytes more: the verifier does not know that no string is read beyond the end. */
struct scratch {
	struct record_start record;
	__u8 reserve[2 * STRING_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* Records for which the ring had no room. */
__u64 lost;

static __always_inline void submit(const void *record, __u64 size)
{
	if (bpf_ringbuf_output(&ring, (void *)record, size, BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&lost, 1);
}

/* Appends a string to the record, of which `used` bytes of text are in use; returns the new number. */
static __always_inline __u32 add_string(struct record_start *record, int number, __u32 used,
					const __u64 *string)
{
	__u64 length = string[1];

	record->lengths[number] = length;
	LIMIT(length, STRING_SIZE);
	if (used > (STRINGS - 1) * STRING_SIZE)
		return used;
	bpf_probe_read_user(record->text + used, length, (const void *)string[0]);
	return used + length;
}

/* net/http.serverHandler.ServeHTTP: the response is in RCX, the request in RDI. */
SEC("uprobe.multi")
int start(struct pt_regs *context)
{
	__u32 zero = 0, used = 0;
	struct record_start *record = bpf_map_lookup_elem(&scratches, &zero);
	__u64 request[REQUEST_WORDS], url[URL_WORDS];

	if (!record || (context->eflags & STACK_TOO_SMALL))
		return 0;
	record->time = bpf_ktime_get_ns();
	record->process = bpf_get_current_pid_tgid();
	record->response = context->rcx;
	if (bpf_probe_read_user(request, sizeof(request), (const void *)context->rdi) ||
	    bpf_probe_read_user(url, sizeof(url), (const void *)request[REQUEST_URL]))
		return 0;
	used = add_string(record, 0, used, &request[REQUEST_METHOD]);
	used = add_string(record, 1, used, &url[URL_PATH]);
	used = add_string(record, 2, used, &url[URL_QUERY]);
	used = add_string(record, 3, used, &request[REQUEST_HOST]);
	used = add_string(record, 4, used, &request[REQUEST_REMOTE]);
	used = add_string(record, 5, used, &request[REQUEST_PROTO]);
	if (used <= sizeof(record->text))
		submit(record, sizeof(*record) - sizeof(record->text) + used);
	return 0;
}

/* net/http.(*response).finishRequest: the response is in RAX. */
SEC("uprobe.multi")
int end(struct pt_regs *context)
{
	__u64 response[RESPONSE_WORDS];
	struct record_end record;

	if (context->eflags & STACK_TOO_SMALL)
		return 0;
	if (bpf_probe_read_user(response, sizeof(response), (const void *)context->rax))
		return 0;
	record.time = bpf_ktime_get_ns();
	record.process = bpf_get_current_pid_tgid();
	record.response = context->rax;
	record.status = response[RESPONSE_STATUS];
	record.written = response[RESPONSE_WRITTEN];
	submit(&record, sizeof(record));
	return 0;
}

/* ---- the least that gohttpsnoop's reads cost ---- */

/*
 * The same reads as gohttpsnoop's, into the memory of a map, as its small stack demands, and the same two records; but with
 * compiled-in offsets, and nothing else of what it does. One read has method, path and query, which are parts of a line.
 */
struct least {
	__u64 request[REQUEST_WORDS], url[URL_WORDS], response[RESPONSE_WORDS];
	__u64 goroutine;
	struct record_end end;
	struct scratch scratch;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct least);
} leasts SEC(".maps");

static __always_inline struct least *least_of_cpu(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&leasts, &cpu);
}

/* Appends a string; returns how many bytes of text are in use then, or 0 if it cannot be read. */
static __always_inline __u32 least_string(struct record_start *record, __u32 used, __u64 address,
					  __u64 length)
{
	LIMIT(length, STRING_SIZE);
	if (used > (STRINGS - 1) * STRING_SIZE ||
	    bpf_probe_read_user(record->text + used, length, (const void *)address))
		return 0;
	return used + length;
}

SEC("uprobe.multi.s")
int least_start(struct pt_regs *context)
{
	struct least *least = least_of_cpu();
	struct record_start *record;
	__u32 used;

	if (!least || (context->eflags & STACK_TOO_SMALL))
		return 0;
	record = &least->scratch.record;
	record->process = bpf_get_current_pid_tgid();
	record->response = context->rcx + bpf_get_attach_cookie(context);
	if (bpf_probe_read_user(least->request, sizeof(least->request),
				(const void *)context->rdi) ||
	    bpf_probe_read_user(least->url, sizeof(least->url),
				(const void *)least->request[REQUEST_URL]) ||
	    bpf_probe_read_user(&least->goroutine, sizeof(least->goroutine),
				(const void *)(context->r14 + GOROUTINE_ID)))
		return 0;
	record->lengths[0] = least->request[REQUEST_METHOD + 1];
	record->lengths[1] = least->url[URL_PATH + 1];
	record->lengths[2] = least->url[URL_QUERY + 1];
	record->lengths[3] = least->request[REQUEST_HOST + 1];
	record->lengths[4] = least->request[REQUEST_REMOTE + 1];
	record->lengths[5] = least->goroutine;
	used = least_string(record, 0, least->request[REQUEST_METHOD],
			    least->request[REQUEST_METHOD + 1] + AFTER_METHOD);
	used = least_string(record, used, least->request[REQUEST_HOST],
			    least->request[REQUEST_HOST + 1]);
	used = least_string(record, used, least->request[REQUEST_REMOTE],
			    least->request[REQUEST_REMOTE + 1]);
	record->time = bpf_ktime_get_ns();
	if (used <= sizeof(record->text))
		submit(record, sizeof(*record) - sizeof(record->text) + used);
	return 0;
}

SEC("uprobe.multi.s")
int least_end(struct pt_regs *context)
{
	struct least *least = least_of_cpu();

	if (!least || (context->eflags & STACK_TOO_SMALL))
		return 0;
	if (bpf_probe_read_user(least->response, sizeof(least->response),
				(const void *)context->rax))
		return 0;
	least->end.process = bpf_get_current_pid_tgid();
	least->end.response = context->rax + bpf_get_attach_cookie(context);
	least->end.status = least->response[RESPONSE_STATUS];
	least->end.written = least->response[RESPONSE_WRITTEN];
	least->end.time = bpf_ktime_get_ns();
	submit(&least->end, sizeof(least->end));
	return 0;
}

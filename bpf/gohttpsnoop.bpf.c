// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * The kernel side: one program, an interpreter of plans, in the variants the attachment needs. It
 * knows no Go version, no offset and no register: user space has decided all that (see contract.h).
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "contract.h"
#include "task.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#if defined(__TARGET_ARCH_x86)
#define PT_REGS_WORDS 21
#define PT_REGS_FLAGS 18
#elif defined(__TARGET_ARCH_arm64)
#define PT_REGS_WORDS 34
#define PT_REGS_FLAGS 33
#else
#error "unsupported architecture"
#endif

/* No Go object lies in the first page; a pointer into it is nil plus a field offset. */
#define LOWEST_POINTER 4096

enum {
	RECORD_MAX_HEAD = sizeof(struct record_hit) + 8 * PLAN_MAX_CELLS,
	DEFAULT_PAYLOAD_SIZE = 8192,
};

/* Set by user space before loading. */
const volatile __u32 payload_size = DEFAULT_PAYLOAD_SIZE;

/* Whether every process that runs another program is told of, or only those in `traced`. */
const volatile bool watch_all;

/* The TCP ports that are asked for, to tell of who listens on one. */
const volatile __u16 ports[WATCHED_PORTS];
const volatile __u32 port_count;

/* The reader raises this before it sleeps and the first record after that wakes it. */
volatile __u32 reader_asleep;

/* Records that could not be submitted, by plan role; and those about processes. */
__u64 lost[PLAN_ROLE_COUNT];
__u64 lost_processes;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct plan);
} plans SEC(".maps");

/*
 * Where the interpreter stands in one record. It lives in map memory, not in registers: there the
 * verifier assumes nothing of it, and each turn of the loop looks to it like the one before.
 */
struct progress {
	__u32 used;	  /* bytes of the record taken so far */
	__u32 cell;	  /* the next cell */
	__u64 readable[(PLAN_MAX_BLOCKS + 1) / 64];   /* bit n: block n was read */
	__u64 unreadable[PLAN_MAX_CELLS / 64]; /* bit n: cell n could not be read */
	/* The last bytes read for a string: where they came from and where they stand in the record. */
	__u64 window_address;
	__u32 window_size;
	__u32 window_offset;
};

/* Reads user memory; a page that is not resident is faulted in where the program may sleep. */
static __always_inline bool read_user(void *target, __u32 size, __u64 address, bool sleepable)
{
	if (address < LOWEST_POINTER)
		return false;
	if (bpf_probe_read_user(target, size, (const void *)address) == 0)
		return true;
	return sleepable && bpf_copy_from_user(target, size, (const void *)address) == 0;
}

#include "search.bpf.h"

/*
 * A uprobe program cannot migrate but it can be preempted (and a sleepable one can sleep), and
 * another thread's hit on the same CPU then needs room of its own: slots are claimed.
 */
struct scratch {
	__u32 claimed;
	__u32 reserved;
	struct progress progress;
	struct search_progress search;
	__u8 work[PLAN_WORK_SIZE + PLAN_MAX_BLOCK_SIZE];
	__u8 record[]; /* RECORD_MAX_HEAD + payload_size + STRING_MAX_SIZE bytes, see kernel.c */
};

/* No per-CPU map: the values of those are limited to 32 KiB. User space knows the number of CPUs. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SCRATCH_SLOTS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct scratch) + RECORD_MAX_HEAD + DEFAULT_PAYLOAD_SIZE +
				   STRING_MAX_SIZE);
} scratches SEC(".maps");

static __always_inline struct scratch *scratch_claim(void)
{
	__u32 first = bpf_get_smp_processor_id() * SCRATCH_SLOTS;

#pragma unroll
	for (__u32 slot = 0; slot < SCRATCH_SLOTS; slot++) {
		__u32 key = first + slot;
		struct scratch *scratch = bpf_map_lookup_elem(&scratches, &key);

		if (scratch && __sync_val_compare_and_swap(&scratch->claimed, 0, 1) == 0)
			return scratch;
	}
	return NULL;
}

static __always_inline void scratch_release(struct scratch *scratch)
{
	__sync_lock_test_and_set(&scratch->claimed, 0);
}

static __always_inline __u64 work_word(const struct scratch *scratch, __u16 offset)
{
	return *(const __u64 *)(scratch->work + (offset & (PLAN_WORK_SIZE - 1)));
}

static __always_inline __u64 read_scalar(const struct scratch *scratch,
					 const struct plan_operation *operation)
{
	__u32 shift = 64 - 8 * (operation->size & 15);

	return work_word(scratch, operation->source) << shift >> shift;
}

/*
 * Strings that no longer fit before here are cut. STRING_MAX_SIZE bytes of slack follow: the verifier
 * cannot relate a size to an offset, and bytes read on trial may reach into it.
 */
#define RECORD_END (RECORD_MAX_HEAD + payload_size)

/* Reads a string's bytes, and up to `lookahead` after them on trial, to the end of the record. */
static __always_inline bool read_window(struct scratch *scratch, __u64 address, __u64 size,
					__u64 lookahead, bool sleepable)
{
	__u64 used = scratch->progress.used;
	__u64 ahead = size + lookahead;

	if (used > RECORD_END)
		return false;
	if (lookahead && ahead <= STRING_MAX_SIZE &&
	    bpf_probe_read_user(scratch->record + used, ahead, (const void *)address) == 0)
		size = ahead;
	else if (size > STRING_MAX_SIZE ||
		 !read_user(scratch->record + used, size, address, sleepable))
		return false;
	scratch->progress.window_address = address;
	scratch->progress.window_size = size;
	scratch->progress.window_offset = used;
	return true;
}

/* Puts a string's bytes into the record, unless they stand there already, and returns its cell. */
static __always_inline bool read_string(struct scratch *scratch, const struct plan *plan,
					const struct plan_operation *operation, bool sleepable,
					__u64 *ret_cell)
{
	__u64 address = work_word(scratch, operation->source);
	__u64 length = work_word(scratch, operation->target);
	__u64 size = length < operation->size ? length : operation->size;
	__u64 skip = address - scratch->progress.window_address;
	__u64 used = scratch->progress.used;
	__u64 room = used < RECORD_END ? RECORD_END - used : 0;
	__u64 offset;

	*ret_cell = 0;
	if (length == 0)
		return true;
	if (length >> CELL_STRING_SIZE_SHIFT || address < LOWEST_POINTER)
		return false;
	if (size > room)
		size = room;
	if (skip + size > scratch->progress.window_size || skip > STRING_MAX_SIZE) {
		if (!read_window(scratch, address, size, operation->displacement, sleepable))
			return false;
		skip = 0;
	}
	offset = scratch->progress.window_offset + skip;
	if (scratch->progress.used < offset + size)
		scratch->progress.used = offset + size;
	offset -= sizeof(struct record_hit) + 8 * plan->cell_count;
	*ret_cell = offset << CELL_STRING_OFFSET_SHIFT | size << CELL_STRING_SIZE_SHIFT | length;
	return true;
}

/* A short plan has no more blocks and cells than a word has bits: no word has to be looked for. */
static __always_inline void set_bit(__u64 *words, __u8 bit, bool is_long)
{
	words[is_long ? bit / 64 : 0] |= 1ull << (bit & 63);
}

static __always_inline void define_block(struct scratch *scratch,
					 const struct plan_operation *operation, bool is_long)
{
	set_bit(scratch->progress.readable, operation->block, is_long);
}

static __always_inline bool is_there(const struct scratch *scratch, __u8 block, bool is_long)
{
	return scratch->progress.readable[is_long ? block / 64 : 0] & (1ull << (block & 63));
}

static __always_inline void read_block(struct scratch *scratch, const struct plan_operation *operation,
				       bool is_long, bool sleepable)
{
	__u64 base = work_word(scratch, operation->source);
	__u64 target = operation->target & (PLAN_WORK_SIZE - 1);
	__u64 size = operation->size;

	if (size > PLAN_MAX_BLOCK_SIZE || base < LOWEST_POINTER)
		return;
	if (read_user(scratch->work + target, size, base + operation->displacement, sleepable))
		define_block(scratch, operation, is_long);
}

static __always_inline void put_cell(struct scratch *scratch, bool readable, __u64 value, bool is_long)
{
	__u32 cell = scratch->progress.cell & (PLAN_MAX_CELLS - 1);
	__u64 *cells = (__u64 *)(scratch->record + sizeof(struct record_hit));

	cells[cell] = value;
	if (!readable)
		set_bit(scratch->progress.unreadable, cell, is_long);
	scratch->progress.cell++;
}

/* What only long plans have. False when the operation is none of these. */
static __always_inline bool carry_out_condition(struct scratch *scratch, const struct plan *plan,
						const struct plan_operation *operation,
						bool readable, bool sleepable)
{
	__u64 *found = (__u64 *)(scratch->work + (operation->target & (PLAN_WORK_SIZE - 1)));
	__u32 search = operation->size & (PLAN_MAX_SEARCHES - 1);

	switch (operation->code) {
	case PLAN_ABOVE:
		if (readable && read_scalar(scratch, operation) > (__u32)operation->displacement)
			define_block(scratch, operation, true);
		return true;
	case PLAN_EQUAL:
		if (readable && read_scalar(scratch, operation) == (__u32)operation->displacement)
			define_block(scratch, operation, true);
		return true;
	case PLAN_SEARCH:
		if (!readable || !find_entry(&scratch->search, &plan->searches[search],
					     work_word(scratch, operation->source),
					     operation->displacement, sleepable))
			return true;
		found[0] = scratch->search.key;
		found[1] = scratch->search.element;
		define_block(scratch, operation, true);
		return true;
	}
	return false;
}

static __always_inline void carry_out(struct scratch *scratch, const struct plan *plan,
				      const struct plan_operation *operation, bool is_long,
				      bool sleepable)
{
	bool readable = is_there(scratch, operation->base, is_long);
	__u64 value = 0;

	if (is_long) {
		readable = readable && is_there(scratch, operation->gate, true);
		if (carry_out_condition(scratch, plan, operation, readable, sleepable))
			return;
	}
	switch (operation->code) {
	case PLAN_READ:
		if (readable)
			read_block(scratch, operation, is_long, sleepable);
		return;
	case PLAN_SCALAR:
		if (readable)
			value = read_scalar(scratch, operation);
		break;
	case PLAN_STRING:
		readable = readable &&
			   read_string(scratch, plan, operation, sleepable, &value);
		break;
	}
	put_cell(scratch, readable, value, is_long);
}

static __always_inline void load_registers(struct scratch *scratch, const struct plan *plan,
					   const void *context)
{
	__u64 *registers = (__u64 *)scratch->work;

	for (int i = 0; i < PT_REGS_WORDS; i++)
		registers[i] = ((const __u64 *)context)[i];
	if (plan->flags & PLAN_WANTS_THREAD_POINTER)
		registers[PLAN_THREAD_POINTER] = read_thread_pointer();
}

/*
 * Submitting never wakes the reader, which costs more than everything else here, unless the reader
 * said it sleeps. The commit inside bpf_ringbuf_output() is a full barrier, as is the exchange the
 * reader announces its sleep with: either this sees the announcement or the reader sees the record.
 */
static __always_inline void wake_reader(void)
{
	void *nudge;

	if (!reader_asleep)
		return;
	reader_asleep = 0;
	nudge = bpf_ringbuf_reserve(&ring, 8, 0);
	if (nudge)
		bpf_ringbuf_discard(nudge, BPF_RB_FORCE_WAKEUP);
}

static __always_inline void submit(struct scratch *scratch, const struct plan *plan)
{
	__u64 size = scratch->progress.used;

	if (size > RECORD_END)
		size = RECORD_END;
	if (bpf_ringbuf_output(&ring, scratch->record, size, BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&lost[plan->role & (PLAN_ROLE_COUNT - 1)], 1);
	wake_reader();
}

struct plan_context {
	struct scratch *scratch;
	const struct plan *plan;
};

/* One turn of bpf_loop(): 1 ends it. */
static __always_inline long plan_turn(__u32 turn, struct plan_context *context, bool sleepable)
{
	if (turn >= context->plan->operation_count || turn >= PLAN_MAX_OPERATIONS)
		return 1;
	carry_out(context->scratch, context->plan, &context->plan->operations[turn], true, sleepable);
	return 0;
}

static long plan_turn_sleepable(__u32 turn, struct plan_context *context)
{
	return plan_turn(turn, context, true);
}

static long plan_turn_atomic(__u32 turn, struct plan_context *context)
{
	return plan_turn(turn, context, false);
}

/*
 * The verifier goes through each turn of a loop in the program itself, which short plans can afford
 * and for which they need no call a turn; through the function that bpf_loop() calls it goes once.
 */
static __always_inline void carry_out_all(struct scratch *scratch, const struct plan *plan,
					  bool is_long, bool sleepable)
{
	struct plan_context context = {scratch, plan};

	if (is_long && sleepable) {
		bpf_loop(PLAN_MAX_OPERATIONS, plan_turn_sleepable, &context, 0);
	} else if (is_long) {
		bpf_loop(PLAN_MAX_OPERATIONS, plan_turn_atomic, &context, 0);
	} else {
		for (__u32 i = 0; i < PLAN_SHORT_OPERATIONS && i < plan->operation_count; i++)
			carry_out(scratch, plan, &plan->operations[i], false, sleepable);
	}
}

static __always_inline void interpret(struct scratch *scratch, const struct plan *plan,
				      __u64 cookie, __u64 process, bool is_long, bool sleepable)
{
	struct record_hit *hit = (struct record_hit *)scratch->record;
	__u32 cell_count = plan->cell_count < PLAN_MAX_CELLS ? plan->cell_count : PLAN_MAX_CELLS;
	scratch->progress = (struct progress){
		.used = sizeof(*hit) + 8 * cell_count,
		.readable = {1}, /* the registers */
	};

	carry_out_all(scratch, plan, is_long, sleepable);
	hit->size = scratch->progress.used;
	hit->kind = RECORD_HIT;
	hit->cell_count = scratch->progress.cell;
	hit->cookie = cookie;
	hit->time = bpf_ktime_get_ns();
	hit->process = process;
	hit->lost_calls = *(volatile __u64 *)&lost[PLAN_ROLE_CALL];
	for (int i = 0; i < PLAN_MAX_CELLS / 64; i++)
		hit->unreadable[i] = scratch->progress.unreadable[i];
	submit(scratch, plan);
}

/* The processes that are targets, by thread group id in the tool's PID namespace; see contract.h. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u32);
} traced SEC(".maps");

/*
 * Those that began to run another program, or to listen where it matters, and that user space has not
 * looked at yet. It strikes off whom it does not want; should it fall behind, the oldest give way.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u8);
} newcomers SEC(".maps");

/*
 * Whether a hit is of a process that its probe is for; completes the cookie of a whole file's probe.
 * Children that share a breakpoint, and processes that run the file but are not wanted, are in no map.
 */
static __always_inline bool claim_hit(__u64 *cookie, __u32 pid)
{
	__u64 owner = *cookie >> COOKIE_PROCESS_SHIFT;
	const __u32 *entry;
	__u64 target = 0;

	if (owner)
		return owner == pid;
	if (!pid) /* not in the tool's PID namespace */
		return false;
	entry = bpf_map_lookup_elem(&traced, &pid);
	if (entry && !(*entry & TRACED_BY_FILE))
		return false;
	if (entry)
		target = *entry & TRACED_TARGET_MASK;
	else if (!bpf_map_lookup_elem(&newcomers, &pid))
		return false;
	*cookie |= (__u64)pid << COOKIE_PROCESS_SHIFT | target << COOKIE_PLAN_BITS;
	return true;
}

static __always_inline int handle_hit(void *context, bool is_long, bool sleepable)
{
	__u64 cookie = bpf_get_attach_cookie(context);
	__u32 index = cookie & ((1u << COOKIE_PLAN_BITS) - 1);
	const struct plan *plan = bpf_map_lookup_elem(&plans, &index);
	__u64 flags = ((const __u64 *)context)[PT_REGS_FLAGS];
	__u64 process = read_process();
	struct scratch *scratch;

	if (!plan || (flags & plan->skip_if_set) | (~flags & plan->skip_if_clear))
		return 0;
	if (!claim_hit(&cookie, process >> 32))
		return 0;
	scratch = scratch_claim();
	if (!scratch) {
		__sync_fetch_and_add(&lost[plan->role & (PLAN_ROLE_COUNT - 1)], 1);
		return 0;
	}
	load_registers(scratch, plan, context);
	interpret(scratch, plan, cookie, process, is_long, sleepable);
	scratch_release(scratch);
	return 0;
}

static __always_inline int submit_process(__u16 kind, __u16 port, __u32 pid)
{
	struct record_process record = {
		.size = sizeof(record),
		.kind = kind,
		.port = port,
		.pid = pid,
	};

	if (bpf_ringbuf_output(&ring, &record, sizeof(record), BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&lost_processes, 1);
	wake_reader();
	return 0;
}

/* Arguments: the task, the thread id it had before, the linux_binprm. */
SEC("raw_tp/sched_process_exec")
int note_exec(void *context __attribute__((unused)))
{
	__u32 pid = read_process() >> 32;

	if (!pid || (!watch_all && !bpf_map_lookup_elem(&traced, &pid)))
		return 0;
	/* What it does from now on is not done by the target that it was. */
	bpf_map_delete_elem(&traced, &pid);
	if (watch_all)
		bpf_map_update_elem(&newcomers, &pid, &(__u8){1}, BPF_ANY);
	return submit_process(RECORD_EXEC, 0, pid);
}

static __always_inline bool is_asked_for(__u16 port)
{
	for (__u32 i = 0; i < WATCHED_PORTS; i++) {
		if (i < port_count && ports[i] == port)
			return true;
	}
	return false;
}

enum { TCP_LISTEN = 10 }; /* linux net/tcp_states.h */

/* Arguments: the socket, its old state, its new one. */
SEC("raw_tp/inet_sock_set_state")
int note_listen(struct bpf_raw_tracepoint_args *context)
{
	const struct sock *sock = (const void *)context->args[0];
	__u32 pid = read_process() >> 32;
	__u16 port;

	if (!pid || context->args[2] != TCP_LISTEN)
		return 0;
	port = BPF_CORE_READ(sock, __sk_common.skc_num);
	if (!is_asked_for(port))
		return 0;
	bpf_map_update_elem(&newcomers, &pid, &(__u8){1}, BPF_ANY);
	return submit_process(RECORD_LISTEN, port, pid);
}

/* For short plans. */
SEC("uprobe.multi.s")
int hit_multi_sleepable(void *context)
{
	return handle_hit(context, false, true);
}

SEC("uprobe.s")
int hit_single_sleepable(void *context)
{
	return handle_hit(context, false, true);
}

SEC("uprobe")
int hit_single(void *context)
{
	return handle_hit(context, false, false);
}

/* For all plans: Linux 5.17, for bpf_loop(). */
SEC("uprobe.multi.s")
int hit_long_multi_sleepable(void *context)
{
	return handle_hit(context, true, true);
}

SEC("uprobe.s")
int hit_long_single_sleepable(void *context)
{
	return handle_hit(context, true, true);
}

SEC("uprobe")
int hit_long_single(void *context)
{
	return handle_hit(context, true, false);
}

/* SPDX-License-Identifier: MIT */
/*
 * What the kernel side and user space agree on: plans go in, records come out. Fixed-width integers
 * only, no implicit padding, the same bytes under both compilers. Codes and numbers are only ever
 * appended. The includer provides __u8 to __s64 (linux/types.h).
 */
#ifndef GOHTTPSNOOP_BPF_CONTRACT_H
#define GOHTTPSNOOP_BPF_CONTRACT_H

enum {
	PLAN_MAX_OPERATIONS = 48,
	PLAN_MAX_CELLS = 32,
	PLAN_MAX_BLOCKS = 31, /* block 0 is the registers, which are always there */
	PLAN_MAX_BLOCK_SIZE = 512,
	PLAN_WORK_SIZE = 4096, /* bytes of registers and blocks one plan may hold */
	/* Words of the work area: the larger of x86-64's and AArch64's pt_regs, then the thread pointer
	 * (x86-64: the FS base), which is there only for plans that ask for it. */
	PLAN_THREAD_POINTER = 34,
	PLAN_REGISTER_WORDS = 35,
	STRING_MAX_SIZE = 8192,
	SCRATCH_SLOTS = 4, /* a CPU */
	WATCHED_PORTS = 64,
};

/*
 * A plan is a bounded, straight list of operations on a work area. The area starts with the traced
 * thread's registers (the words of the kernel's pt_regs, in order: block 0); every READ adds a block
 * of user memory to it. An operation whose `base` block could not be read is not carried out.
 */
enum plan_operation_code {
	PLAN_END = 0,
	PLAN_READ = 1,   /* copy `size` bytes from *(u64 *)(work + source) + displacement to work + target; define `block` */
	PLAN_SCALAR = 2, /* next cell = the `size` (1, 2, 4 or 8) bytes at work + source, zero-extended */
	PLAN_STRING = 3, /* next cell = a string, cut at `size` bytes; its pointer at work + source, its length
			  * at work + target. `displacement` more bytes are read on trial: strings cut
			  * from one buffer, as a request line's are, then cost one read together. */
};

struct plan_operation {
	__u8 code;
	__u8 base;  /* the block that `source` (and a string's `target`) lies in */
	__u8 block; /* READ: the block it defines */
	__u8 reserved;
	__u16 source; /* byte offset in the work area */
	__u16 target; /* byte offset in the work area */
	__u32 size;
	__s32 displacement;
};

struct plan {
	/* A hit is skipped when (flags & skip_if_set) | (~flags & skip_if_clear): the jump of the stack
	 * check will be taken, and the function will start again. */
	__u64 skip_if_set;
	__u64 skip_if_clear;
	__u32 operation_count;
	__u32 cell_count;
	__u32 role; /* which counter takes the blame when the record cannot be submitted */
	__u32 flags;
	struct plan_operation operations[PLAN_MAX_OPERATIONS];
};

enum plan_flag {
	PLAN_WANTS_THREAD_POINTER = 1,
};

/* What a hit means; chosen by the protocol table, only counted by the kernel side. */
enum plan_role {
	PLAN_ROLE_START = 0, /* a request began */
	PLAN_ROLE_END = 1,   /* a request ended */
	PLAN_ROLE_CALL = 2,  /* a traced function was called */
	PLAN_ROLE_PANIC = 3, /* a request's handler panicked and nothing more will be sent */
	PLAN_ROLE_HIJACK = 4, /* a request's handler took the connection over */
	PLAN_ROLE_COUNT = 8,
};

/*
 * The attach cookie: process | target | plan. The process is its thread group id, so that a hit in
 * a child that shares the breakpoint (fork without exec) is told apart without a lookup.
 *
 * The probes of a whole file carry neither process nor target: there the map of traced processes says
 * which target it is, and the record's cookie is completed. A process that has only just begun to run
 * the file is none yet: its records have the process and no target.
 */
enum {
	COOKIE_PLAN_BITS = 16,
	COOKIE_TARGET_BITS = 24,
	COOKIE_PROCESS_SHIFT = COOKIE_PLAN_BITS + COOKIE_TARGET_BITS,
};

/* An entry of the map of traced processes is a target, and how it is probed. */
enum {
	TRACED_TARGET_MASK = (1 << COOKIE_TARGET_BITS) - 1,
	TRACED_BY_FILE = 1 << 30, /* by the probes of its file, not by some of its own */
};

enum record_kind {
	RECORD_HIT = 1,
	RECORD_EXEC = 2,   /* a process runs another program now; port is 0 */
	RECORD_LISTEN = 3, /* a process listens on a TCP port now */
};

/* Something a process did that may make it a target. */
struct record_process {
	__u32 size;
	__u16 kind;
	__u16 port;
	__u32 pid; /* thread group id, in the tool's PID namespace */
	__u32 reserved;
};

/* One hit of a probe. `cell_count` cells of 8 bytes follow, then the payload: the strings' bytes. */
struct record_hit {
	__u32 size; /* of the whole record, headers included */
	__u16 kind;
	__u16 cell_count;
	__u64 cookie;
	__u64 time;	  /* CLOCK_MONOTONIC, nanoseconds */
	__u64 process;	  /* thread group id << 32 | thread id, in the tool's PID namespace */
	__u64 unreadable; /* bit n: cell n could not be read and holds 0 */
};

/*
 * A string's cell: payload offset << 48 | bytes captured << 32 | bytes the string has. Two strings may
 * share payload bytes. A string of 2^32 bytes or more is unreadable: no Go program holds one here.
 */
enum {
	CELL_STRING_SIZE_SHIFT = 32,
	CELL_STRING_OFFSET_SHIFT = 48,
	PAYLOAD_MAX_SIZE = 1 << 16,
};

_Static_assert(sizeof(struct plan_operation) == 16, "no padding");
_Static_assert(sizeof(struct plan) == 32 + 16 * PLAN_MAX_OPERATIONS, "no padding");
_Static_assert(sizeof(struct record_hit) == 40, "no padding");
_Static_assert(sizeof(struct record_process) == 16, "no padding");

#endif

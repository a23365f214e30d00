/* SPDX-License-Identifier: MIT */
/*
 * What the kernel side and user space agree on: plans go in, records come out. Fixed-width integers
 * only, no implicit padding, the same bytes under both compilers. Codes and numbers are only ever
 * appended.
 */
#ifndef GOHTTPSNOOP_BPF_CONTRACT_H
#define GOHTTPSNOOP_BPF_CONTRACT_H

#include <linux/types.h>

enum {
	PLAN_MAX_OPERATIONS = 512,
	PLAN_SHORT_OPERATIONS =
		48, /* what the program for short plans carries out, see plan_is_short() */
	PLAN_MAX_CELLS = 256,
	PLAN_MAX_BLOCKS = 255, /* block 0 is the registers, which are always there */
	PLAN_MAX_BLOCK_SIZE = 512,
	PLAN_MAX_SEARCHES = 16,
	PLAN_WORK_SIZE = 16384, /* bytes of registers and blocks one plan may hold */
	/* Words of the work area: the larger of x86-64's and AArch64's pt_regs, then the thread pointer
	 * (x86-64: the FS base), which is there only for plans that ask for it. */
	PLAN_THREAD_POINTER = 34,
	PLAN_REGISTER_WORDS = 35,
	STRING_MAX_SIZE = 8192,
	SCRATCH_SLOTS = 4,	  /* of each CPU */
	SCRATCH_SPARE_SLOTS = 32, /* for all */
	SEARCH_KEY_SIZE = 64,
	SEARCH_GROUP_SLOTS = 8,
	/* Groups of a map that are looked through at most: a map of 16,000 entries, or a bounded time. */
	SEARCH_MAX_GROUPS = 4096,
	WATCHED_PORTS = 64,
};

/*
 * A plan is a bounded, straight list of operations on a work area. The area starts with the traced
 * thread's registers (the words of the kernel's pt_regs, in order: block 0); every READ adds a block
 * of user memory to it. An operation whose `base` or `gate` block is not there is not carried out: that
 * is how a condition that does not hold, which defines a block of no bytes, makes all that depends on
 * it unreadable.
 */
enum plan_operation_code {
	PLAN_END = 0,
	PLAN_READ =
		1, /* copy `size` bytes from *(u64 *)(work + source) + displacement to work + target; define `block` */
	PLAN_SCALAR =
		2, /* next cell = the `size` (1, 2, 4 or 8) bytes at work + source, zero-extended */
	PLAN_STRING =
		3, /* next cell = a string, cut at `size` bytes; its pointer at work + source, its length
			  * at work + target. `displacement` more bytes are read on trial: strings cut
			  * from one buffer, as a request line's are, then cost one read together. */
	/* Beyond the program for short plans: */
	PLAN_ABOVE =
		4, /* define `block` if the `size` bytes at work + source are above `displacement` */
	PLAN_EQUAL = 5, /* define `block` if they equal `displacement`; both unsigned */
	PLAN_SEARCH =
		6, /* look for an entry of the map whose header *(u64 *)(work + source) points to, by
			  * search number `size`, passing over `displacement` entries that match; put the
			  * addresses of its key and its element at work + target; define `block` */
};

struct plan_operation {
	__u8 code;
	__u8 base;    /* the block that `source` (and a string's `target`) lies in */
	__u8 block;   /* READ, ABOVE, EQUAL, SEARCH: the block it defines */
	__u8 gate;    /* another block that has to be there; 0: none */
	__u16 source; /* byte offset in the work area */
	__u16 target; /* byte offset in the work area */
	__u32 size;
	__s32 displacement;
};

/* How a map lies in memory: groups of eight entries, found through the map's header. */
enum search_layout {
	SEARCH_BUCKETS =
		0, /* chains of buckets; while the map grows there is an older array of them */
	SEARCH_TABLES = 1, /* a directory of tables of groups, or one group */
};

enum search_match {
	SEARCH_ANY = 0,	    /* each entry matches */
	SEARCH_INTEGER = 1, /* key_size bytes of key */
	SEARCH_STRING = 2,  /* a string of key_size bytes */
};

/*
 * Offsets are bytes: `_at` in the header of a map (or of a table), the others in a group. A group
 * begins with one byte an entry, that says whether there is one.
 */
struct plan_search {
	__u8 layout;
	__u8 match;
	__u8 key_size;
	__u8 count_at; /* of the number of groups: a power's exponent (buckets), a mask (tables) */
	__u8 groups_at;
	__u8 older_at; /* BUCKETS: of the older array */
	__u8 flags_at; /* BUCKETS: of the byte that says that the older array is as large as the new */
	__u8 same_size;		/* its bit */
	__u8 directory_at;	/* TABLES: of the directory, or the one group */
	__u8 directory_size_at; /* TABLES: 0 when there is one group */
	__u16 key;		/* of the first entry */
	__u32 key_stride;
	__u32 element;
	__u32 element_stride;
	__u32 group_size;
	__u32 next; /* BUCKETS: of the pointer to the next bucket of a chain */
	__u32 reserved;
	__u8 wanted[SEARCH_KEY_SIZE];
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
	/* Last, so that the program for short plans can do with the part before. */
	struct plan_search searches[PLAN_MAX_SEARCHES];
};

enum plan_flag {
	PLAN_WANTS_THREAD_POINTER = 1,
};

/* What a hit means; chosen by the protocol table, only counted by the kernel side. */
enum plan_role {
	PLAN_ROLE_START = 0,  /* a request began */
	PLAN_ROLE_END = 1,    /* a request ended */
	PLAN_ROLE_CALL = 2,   /* a traced function was called */
	PLAN_ROLE_PANIC = 3,  /* a request's handler panicked and nothing more will be sent */
	PLAN_ROLE_HIJACK = 4, /* a request's handler took the connection over */
	PLAN_ROLE_RETURN = 5, /* a traced function returns */
	PLAN_ROLE_GOROUTINE_EXIT = 6, /* a goroutine ends, and with it what it had called */
	PLAN_ROLE_WHOLE = 7,	      /* a whole request, seen where it ends */
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

/*
 * An entry of the map of traced processes: the process, which is also its key, a target, and how it is probed.
 * The memory of an entry that was removed can be given to another process while a hit looks at it; the
 * process in it tells. So an entry is written and read as one word.
 */
enum {
	TRACED_TARGET_MASK = (1 << COOKIE_TARGET_BITS) - 1,
	TRACED_BY_FILE = 1 << 30, /* by the probes of its file, not by some of its own */
	TRACED_PROCESS_SHIFT = 32,
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
	__u64 lost_calls; /* calls of which no record had been submitted when this one was made */
	__u64 unreadable[PLAN_MAX_CELLS / 64]; /* bit n: cell n could not be read and holds 0 */
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
_Static_assert(sizeof(struct plan_search) == 36 + SEARCH_KEY_SIZE, "no padding");
_Static_assert(sizeof(struct plan) == 32 + sizeof(struct plan_operation) * PLAN_MAX_OPERATIONS +
					      sizeof(struct plan_search) * PLAN_MAX_SEARCHES,
	       "no padding");
_Static_assert(sizeof(struct record_hit) == 72, "no padding");
_Static_assert(sizeof(struct record_process) == 16, "no padding");

#endif

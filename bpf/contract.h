/* SPDX-License-Identifier: MIT */
/*
 * The contract between the eBPF side and user space: plans go in, records come out. Fixed-width integers only, no
 * implicit padding, the same bytes under both compilers. Codes and numbers are only ever appended.
 */
#ifndef GOHTTPSNOOP_BPF_CONTRACT_H
#define GOHTTPSNOOP_BPF_CONTRACT_H

#include <linux/types.h>

enum {
	PLANS_MAX = 32768,
	PLAN_MAX_OPERATIONS = 512,
	PLAN_SHORT_OPERATIONS = 48, /* the most operations of a short plan, see plan_is_short() */
	PLAN_MAX_CELLS = 256,
	PLAN_MAX_BLOCKS = 255, /* block 0 contains the registers, which are always readable */
	PLAN_MAX_BLOCK_SIZE = 512,
	PLAN_MAX_SEARCHES = 16,
	PLAN_WORK_SIZE = 16384, /* bytes of registers and blocks in one plan */
	/*
	 * Words of the work area: the larger of x86-64's and AArch64's pt_regs, then the thread pointer (x86-64: the
	 * FS base), which is read only for plans that use it.
	 */
	PLAN_THREAD_POINTER = 34,
	PLAN_REGISTER_WORDS = 35,
	STRING_MAX_SIZE = 8192,
	SCRATCH_SLOTS = 4,	  /* for each CPU */
	SCRATCH_SPARE_SLOTS = 32, /* shared by all CPUs */
	SEARCH_KEY_SIZE = 64,
	SEARCH_GROUP_SLOTS = 8,
	/* The most groups of a map that are searched: a map of 16,000 entries, and a bounded time. */
	SEARCH_MAX_GROUPS = 4096,
	WATCHED_PORTS = 64,
};

/*
 * A plan is a bounded list of operations on a work area, without jumps. The area starts with the registers of the
 * traced thread (the words of the kernel's pt_regs, in order: block 0); every READ adds a block of user memory to it.
 * An operation is skipped if its `base` or `gate` block is missing. A condition that is true defines a block of no
 * bytes; if it is false, everything that depends on this block is unreadable.
 */
enum plan_operation_code {
	PLAN_END = 0,
	/* Copy `size` bytes from *(u64 *)(work + source) + displacement to work + target; define `block`. */
	PLAN_READ = 1,
	/* The next cell is the `size` (1, 2, 4 or 8) bytes at work + source, zero-extended. */
	PLAN_SCALAR = 2,
	/*
	 * The next cell is a string, cut at `size` bytes: its pointer is at work + source, its length at work + target.
	 * Up to `displacement` more bytes are read ahead, because strings that are parts of one buffer, as in a request
	 * line, then need one read together.
	 */
	PLAN_STRING = 3,
	/* The following are not part of short plans. */
	/* Define `block` if the `size` bytes at work + source are greater than `displacement`; both unsigned. */
	PLAN_ABOVE = 4,
	/* Define `block` if they are equal to `displacement`. */
	PLAN_EQUAL = 5,
	/*
	 * Search for an entry of the map whose header *(u64 *)(work + source) points to, by search number `size`,
	 * skipping the first `displacement` matching entries; put the addresses of its key and its element at work +
	 * target; define `block`.
	 */
	PLAN_SEARCH = 6,
	/*
	 * Make no record of this hit if the block `base` is missing, but count it as filtered. Hits of a process that is
	 * not known to be a target yet have their record nevertheless.
	 */
	PLAN_KEEP = 7,
};

struct plan_operation {
	__u8 code;
	__u8 base; /* the block that contains `source` (and the `target` of a string), or a condition on it */
	__u8 block;   /* READ, ABOVE, EQUAL, SEARCH: the block that it defines */
	__u8 gate;    /* another block that must not be missing; 0: none */
	__u16 source; /* byte offset in the work area */
	__u16 target; /* byte offset in the work area */
	__u32 size;
	__s32 displacement;
};

/*
 * A short plan can be compiled: its operations become the body of a function in a program of its own (compiled.bpf.h,
 * core/kernel/plan_code.h). Its instructions know these places in the memory of a hit (struct scratch). The mark is in
 * the function whose body they replace.
 */
enum {
	SCRATCH_READABLE_AT = 40,
	SCRATCH_WORK_AT = 344,
	SCRATCH_RECORD_AT = SCRATCH_WORK_AT + PLAN_WORK_SIZE + PLAN_MAX_BLOCK_SIZE,
	COMPILED_MARK = 0x706c616e,
};

/* The layout of a map: groups of eight entries, found through the map's header. */
enum search_layout {
	SEARCH_BUCKETS = 0, /* chains of buckets; a growing map has an older array of them, too */
	SEARCH_TABLES = 1,  /* a directory of tables of groups, or one group */
};

enum search_match {
	SEARCH_ANY = 0,	    /* every entry matches */
	SEARCH_INTEGER = 1, /* the key has key_size bytes */
	SEARCH_STRING = 2,  /* the key is a string of key_size bytes */
};

/*
 * Offsets are bytes: those that end in `_at` are offsets into the header of a map (or of a table), the others into a
 * group. A group begins with one byte for each entry, which says whether the entry exists.
 */
struct plan_search {
	__u8 layout;
	__u8 match;
	__u8 key_size;
	__u8 count_at; /* of the number of groups: as an exponent of two (buckets) or a mask (tables) */
	__u8 groups_at;
	__u8 older_at; /* BUCKETS: of the older array */
	__u8 flags_at; /* BUCKETS: of the byte with the flag that the older array has the same size */
	__u8 same_size;		/* the bit of that flag */
	__u8 directory_at;	/* TABLES: of the directory, or of the only group */
	__u8 directory_size_at; /* TABLES: 0 if there is only one group */
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
	/*
	 * A hit is skipped if (flags & skip_if_set) | (~flags & skip_if_clear): the jump of the stack check will be
	 * taken, and the function will start again.
	 */
	__u64 skip_if_set;
	__u64 skip_if_clear;
	__u32 operation_count;
	__u32 cell_count;
	__u32 role; /* which counter is incremented if the record cannot be submitted */
	__u32 flags;
	struct plan_operation operations[PLAN_MAX_OPERATIONS];
	/* The last member, because short plans do not need it. */
	struct plan_search searches[PLAN_MAX_SEARCHES];
};

enum plan_flag {
	PLAN_WANTS_THREAD_POINTER = 1,
};

enum {
	/* The bytes of a short plan. */
	PLAN_SHORT_SIZE = __builtin_offsetof(struct plan, operations) +
			  PLAN_SHORT_OPERATIONS * sizeof(struct plan_operation),
};

/* Go allocates nothing in the first page: a pointer into it is nil plus the offset of a field. */
#define LOWEST_POINTER 4096

/* The meaning of a hit. The protocol tables choose it; the eBPF side only counts by it. */
enum plan_role {
	PLAN_ROLE_START = 0,  /* a request began */
	PLAN_ROLE_END = 1,    /* a request ended */
	PLAN_ROLE_CALL = 2,   /* a traced function was called */
	PLAN_ROLE_PANIC = 3,  /* the handler of a request panicked; nothing more will be sent */
	PLAN_ROLE_HIJACK = 4, /* the handler of a request took over the connection */
	PLAN_ROLE_RETURN = 5, /* a traced function returns */
	PLAN_ROLE_GOROUTINE_EXIT = 6, /* a goroutine ends, and with it its open calls */
	PLAN_ROLE_WHOLE = 7,	      /* a whole request, observed at its end */
	PLAN_ROLE_ROUTE = 8,	      /* a router has chosen the handler of a request */
	PLAN_ROLE_COUNT = 9,
	PLAN_ROLE_MASK = 15,
};

/*
 * The attach cookie: process | target | plan. The process is a thread group id, so that a hit in a child that shares
 * the breakpoint (fork without exec) is recognised without a lookup.
 *
 * The cookies of probes of a whole file contain neither process nor target: the map of traced processes has the
 * target, and the record's cookie is completed. A process that has just started to run the file is not in this map
 * yet: its records have the process, but no target.
 *
 * Other plans can succeed a plan while its probes stay attached. A record's cookie contains the plan that made the
 * record: the number of a plan is its generation. A number is used again only when the probes are gone.
 */
enum {
	COOKIE_PLAN_BITS = 16,
	COOKIE_TARGET_BITS = 24,
	COOKIE_PROCESS_SHIFT = COOKIE_PLAN_BITS + COOKIE_TARGET_BITS,
};

/*
 * An entry of the map of traced processes: the process, which is also the key, a target, and how the process is
 * probed. The memory of a removed entry can be reused for another process while a hit reads it, which the process in
 * the entry reveals. So an entry is written and read as one word.
 */
enum {
	TRACED_TARGET_MASK = (1 << COOKIE_TARGET_BITS) - 1,
	TRACED_BY_FILE = 1 << 30, /* by the probes of its file, not by its own probes */
	TRACED_PROCESS_SHIFT = 32,
};

enum record_kind {
	RECORD_HIT = 1,
	RECORD_EXEC = 2,   /* a process has started another program; port is 0 */
	RECORD_LISTEN = 3, /* a process has started to listen on a TCP port */
};

/* An action of a process that may make it a target. */
struct record_process {
	__u32 size;
	__u16 kind;
	__u16 port;
	__u32 pid; /* thread group id, in the tool's PID namespace */
	__u32 reserved;
};

/* One hit of a probe. `cell_count` cells of 8 bytes follow, then the payload: the bytes of the strings. */
struct record_hit {
	__u32 size; /* of the whole record with its headers */
	__u16 kind;
	__u16 cell_count;
	__u64 cookie;
	__u64 time;	  /* CLOCK_MONOTONIC, nanoseconds */
	__u64 process;	  /* thread group id << 32 | thread id, in the tool's PID namespace */
	__u64 lost_calls; /* lost calls at the time of this record */
	__u64 unreadable[PLAN_MAX_CELLS / 64]; /* bit n: cell n could not be read and holds 0 */
};

/*
 * The cell of a string: payload offset << 48 | bytes captured << 32 | length of the string in bytes. Two strings may
 * share payload bytes. A string of 2^32 bytes or more is unreadable.
 */
enum {
	CELL_STRING_SIZE_SHIFT = 32,
	CELL_STRING_OFFSET_SHIFT = 48,
	PAYLOAD_MAX_SIZE = 1 << 16,
};

/* No cell of a string: a string has not more bytes than its length. Not in records. */
#define STRING_UNREADABLE (~0ull << CELL_STRING_SIZE_SHIFT)

_Static_assert(sizeof(struct plan_operation) == 16, "no padding");
_Static_assert(sizeof(struct plan_search) == 36 + SEARCH_KEY_SIZE, "no padding");
_Static_assert(sizeof(struct plan) == 32 + sizeof(struct plan_operation) * PLAN_MAX_OPERATIONS +
					      sizeof(struct plan_search) * PLAN_MAX_SEARCHES,
	       "no padding");
_Static_assert(sizeof(struct record_hit) == 72, "no padding");
_Static_assert(sizeof(struct record_process) == 16, "no padding");

#endif

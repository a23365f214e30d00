/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ebpf_machine.h"
#include "native_program.h"
#include "plan_code.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

/* Variables that are `const` to a loaded program are set before it is loaded; here, by native_start(). */
#define const
#include "gohttpsnoop.bpf.c"
#undef const

enum { SCRATCHES = SCRATCH_SPARE_SLOTS + SCRATCH_SLOTS, NAMESPACE = 7 };

static struct native_machine *machine;
static struct scratch *slots[SCRATCHES];
static struct plan *kept_plan, *kept_successor;

/* ---- life ---- */

static size_t scratch_size(void)
{
	return sizeof(struct scratch) + RECORD_MAX_HEAD + payload_size + STRING_MAX_SIZE;
}

/* The kernel zeroes a map's memory only once. Later a slot contains what the last hit left there. */
static void make_scratches(void)
{
	for (size_t i = 0; i < SCRATCHES; i++) {
		slots[i] = malloc(scratch_size());
		if (!slots[i])
			abort();
		memset(slots[i], 0x5a, scratch_size());
		slots[i]->claimed = 0;
	}
}

/* A separate allocation of a map value's size, so that ASan detects a program that reads beyond it. */
static void keep_plan(void)
{
	size_t size = sizeof(struct plan);

	if (machine->only_short_plans)
		size = offsetof(struct plan, operations) +
		       PLAN_SHORT_OPERATIONS * sizeof(struct plan_operation);
	free(kept_plan);
	kept_plan = malloc(size);
	if (!kept_plan)
		abort();
	memcpy(kept_plan, machine->plan, size);
}

static void keep_successor(void)
{
	successors[1] = machine->successor ? 2 : 0;
	free(kept_successor);
	kept_successor = machine->successor ? malloc(sizeof(*kept_successor)) : NULL;
	if (kept_successor)
		*kept_successor = *machine->successor;
}

void native_start(struct native_machine *with, struct native_options options)
{
	native_stop();
	machine = with;
	may_sleep = options.may_sleep;
	watch_all = options.watch_all;
	pid_namespace = options.pid_namespace;
	ports[0] = options.port;
	port_count = options.port != 0;
	make_scratches();
}

void native_stop(void)
{
	for (size_t i = 0; i < SCRATCHES; i++) {
		free(slots[i]);
		slots[i] = NULL;
	}
	free(kept_plan);
	free(kept_successor);
	kept_plan = kept_successor = NULL;
	memset(lost, 0, sizeof(lost));
	lost_processes = 0;
	reader_asleep = 0;
	machine = NULL;
}

/* ---- compiled plans ---- */

/* Places of functions that no body is as long as. */
enum { ADD_STRING = 10000, READ_USER = 20000 };

static uint64_t call_add_string(const uint64_t *arguments)
{
	return add_string((struct scratch *)arguments[0], arguments[1], arguments[2], arguments[3],
			  arguments[4]);
}

static uint64_t call_read_user(const uint64_t *arguments)
{
	return read_user((void *)arguments[0], arguments[1], arguments[2]);
}

static uint64_t call_probe_read_user(const uint64_t *arguments)
{
	return bpf_probe_read_user((void *)arguments[0], arguments[1], (void *)arguments[2]);
}

static int run_code(const struct bpf_insn *code, size_t count, struct scratch *scratch,
		    const __u64 *context)
{
	const struct ebpf_machine ebpf = {
		.regions = { { (uint64_t)scratch, scratch_size() },
			     { (uint64_t)context, 8 * NATIVE_REGISTER_WORDS } },
		.functions = { { 0, BPF_FUNC_probe_read_user, call_probe_read_user },
			       { BPF_PSEUDO_CALL, ADD_STRING, call_add_string },
			       { BPF_PSEUDO_CALL, READ_USER, call_read_user } },
	};

	return ebpf_run(&ebpf, code, count);
}

int run_plan(struct scratch *scratch, __u64 *context)
{
	static const struct plan_callees callees = { .add_string = ADD_STRING,
						     .read_user = READ_USER };
	static struct bpf_insn code[PLAN_CODE_MAX];

	return run_code(code, plan_code_write(kept_plan, &callees, code), scratch, context);
}

/* ---- programs ---- */

void native_hit(enum native_program program)
{
	if (machine->plan)
		keep_plan();
	keep_successor();
	if (program == NATIVE_LONG)
		hit_long_single((void *)machine->registers);
	else if (program == NATIVE_COMPILED)
		hit_compiled_multi_sleepable((void *)machine->registers);
	else
		hit_single((void *)machine->registers);
}

void native_take_scratches(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!scratch_claim())
			abort();
	}
}

void native_give_scratches(void)
{
	for (size_t i = 0; i < SCRATCHES; i++)
		scratch_release(slots[i]);
}

void native_exec(void)
{
	note_exec(NULL);
}

void native_listen(uint16_t port, uint32_t state)
{
	struct sock sock = { .__sk_common.skc_num = port };
	struct {
		struct bpf_raw_tracepoint_args head;
		__u64 args[3];
	} arguments = { .args = { (__u64)&sock, 0, state } };

	note_listen(&arguments.head);
}

uint64_t native_lost(uint32_t role)
{
	return lost[role];
}

uint64_t native_lost_processes(void)
{
	return lost_processes;
}

void native_reader_sleeps(void)
{
	reader_asleep = 1;
}

bool native_reader_is_asleep(void)
{
	return reader_asleep;
}

/* ---- what the kernel does ---- */

long bpf_probe_read_user(void *target, __u32 size, const void *address)
{
	if ((uint64_t)address < machine->resident_from) {
		memset(target, 0, size);
		return -EFAULT;
	}
	return fake_memory_read(&machine->memory, target, size, (uint64_t)address) ? 0 : -EFAULT;
}

long bpf_copy_from_user(void *target, __u32 size, const void *address)
{
	return fake_memory_read(&machine->memory, target, size, (uint64_t)address) ? 0 : -EFAULT;
}

static struct native_map *map_of(const void *map)
{
	if (map == &traced)
		return &machine->traced;
	if (map == &newcomers)
		return &machine->newcomers;
	if (map == &listeners)
		return &machine->listeners;
	if (map == &dismissed_newcomers)
		return &machine->dismissed_newcomers;
	if (map == &dismissed_listeners)
		return &machine->dismissed_listeners;
	abort();
}

static void *find_entry_of(struct native_map *map, uint32_t key)
{
	for (size_t i = 0; i < NATIVE_MAX_ENTRIES; i++) {
		if (map->entries[i].used && map->entries[i].key == key)
			return &map->entries[i].value;
	}
	return NULL;
}

void *bpf_map_lookup_elem(void *map, const void *key)
{
	uint32_t number = *(const uint32_t *)key;

	if (map == &plans)
		return number == 1 ? kept_plan : number == 2 ? kept_successor : NULL;
	if (map == &scratches)
		return number < SCRATCHES ? slots[number] : NULL;
	return find_entry_of(map_of(map), number);
}

void native_map_set(struct native_map *map, uint32_t key, uint64_t value)
{
	uint64_t *entry = find_entry_of(map, key);

	for (size_t i = 0; !entry && i < NATIVE_MAX_ENTRIES; i++) {
		if (!map->entries[i].used) {
			map->entries[i].used = true;
			map->entries[i].key = key;
			entry = &map->entries[i].value;
		}
	}
	if (!entry)
		abort();
	*entry = value;
}

bool native_map_has(const struct native_map *map, uint32_t key)
{
	return find_entry_of((struct native_map *)map, key) != NULL;
}

long bpf_map_update_elem(void *map, const void *key, const void *value, __u64 flags)
{
	native_map_set(map_of(map), *(const uint32_t *)key, *(const uint64_t *)value);
	return 0;
}

long bpf_map_delete_elem(void *map, const void *key)
{
	struct native_map *entries = map_of(map);

	for (size_t i = 0; i < NATIVE_MAX_ENTRIES; i++) {
		if (entries->entries[i].key == *(const uint32_t *)key)
			entries->entries[i].used = false;
	}
	return 0;
}

long bpf_ringbuf_output(void *to, void *record, __u64 size, __u64 flags)
{
	if (machine->ring_is_full)
		return -EAGAIN;
	if (size > sizeof(machine->record))
		abort();
	memcpy(machine->record, record, size);
	machine->record_size = size;
	machine->record_flags = flags;
	machine->record_count++;
	return 0;
}

void *bpf_ringbuf_reserve(void *from, __u64 size, __u64 flags)
{
	static uint64_t nudge;

	return machine->ring_is_full ? NULL : &nudge;
}

void bpf_ringbuf_discard(void *record, __u64 flags)
{
	machine->nudge_count += flags == BPF_RB_FORCE_WAKEUP;
}

__u64 bpf_get_attach_cookie(void *context)
{
	return machine->cookie;
}

__u64 bpf_get_current_pid_tgid(void)
{
	return (uint64_t)machine->process << 32 | machine->thread;
}

/* A task with one number in the initial namespace and another in NAMESPACE, below it. */
struct native_task {
	struct task_struct task;
	struct pid_namespace initial, inner;
	struct {
		struct pid pid;
		struct upid inner;
	} numbers;
};

static void make_task(struct native_task *task, uint32_t outer, uint32_t inner)
{
	*task = (struct native_task){ .initial.ns.inum = 1, .inner.ns.inum = NAMESPACE };
	task->task.thread_pid = &task->numbers.pid;
	task->task.group_leader = &task->task;
	task->numbers.pid.level = inner ? 1 : 0;
	task->numbers.pid.numbers[0] = (struct upid){ (int)outer, &task->initial };
	task->numbers.inner = (struct upid){ (int)inner, &task->inner };
}

__u64 bpf_get_current_task(void)
{
	static struct native_task leader, task;

	make_task(&leader, machine->process, machine->namespace_process);
	make_task(&task, machine->thread, machine->namespace_thread);
	task.task.group_leader = &leader.task;
	task.task.thread.fsbase = machine->thread_pointer;
	return (__u64)&task.task;
}

__u32 bpf_get_smp_processor_id(void)
{
	return machine->cpu;
}

__u64 bpf_ktime_get_ns(void)
{
	return machine->time;
}

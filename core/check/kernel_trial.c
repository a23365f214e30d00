/* SPDX-License-Identifier: MIT */
#include "kernel_trial.h"

#include <errno.h>
#include <link.h>
#include <unistd.h>

/* The function to which probes are attached. */
static __attribute__((noinline, used)) void never_called(void)
{
	__asm__ volatile("nop");
}

/* The place of an address of this program in its file. */
struct code_place {
	uintptr_t address;
	uint64_t file_offset;
};

static int find_in_object(struct dl_phdr_info *object, size_t size, void *user)
{
	struct code_place *place = user;

	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t begin = object->dlpi_addr + segment->p_vaddr;

		if (segment->p_type != PT_LOAD || place->address < begin ||
		    place->address - begin >= segment->p_filesz)
			continue;
		place->file_offset = place->address - begin + segment->p_offset;
		return 1;
	}
	return 0;
}

static uint64_t never_called_offset(void)
{
	struct code_place place = { .address = (uintptr_t)never_called };

	dl_iterate_phdr(find_in_object, &place);
	return place.file_offset;
}

/* Programs for plans of both kinds are attached in the same way. Detaching a perf event takes half a second. */
static void kernel_trial_attach(struct kernel *kernel, bool is_long,
				struct kernel_outcome *ret_outcome)
{
	struct attach_point point = { .file_offset = never_called_offset(), .is_long = is_long };
	struct attachment *attachment;

	if (kernel_attach(kernel, "/proc/self/exe", (uint32_t)getpid(), 0, &point, 1, &attachment,
			  &ret_outcome->why) < 0)
		ret_outcome->failure.obstacle = kernel_obstacle(kernel);
	else
		attachment_detach(attachment);
}

static struct kernel_options kernel_options(const struct kernel_trial_options *options,
					    enum kernel_attachment attachment)
{
	return (struct kernel_options){
		.facts = options->facts,
		.features = options->features,
		.max_string = options->max_string,
		.ring_size = options->ring_size,
		.attachment = attachment,
		.watch_all = true,
	};
}

/* Loads the programs for plans of any kind, or only for short plans. NULL if that fails. */
static struct kernel *open_way(const struct kernel_trial_options *options,
			       enum kernel_attachment attachment, bool with_long,
			       struct kernel_outcome *ret_outcome)
{
	struct kernel_options wanted = kernel_options(options, attachment);
	struct kernel *kernel;

	wanted.long_plans = with_long;
	return kernel_open(&wanted, &kernel, &ret_outcome->failure, &ret_outcome->why) < 0 ? NULL :
											     kernel;
}

static void try_way(const struct kernel_trial_options *options, enum kernel_attachment attachment,
		    struct kernel_outcome *ret_short, struct kernel_outcome *ret_long)
{
	struct kernel *kernel = open_way(options, attachment, true, ret_long);

	if (kernel) {
		kernel_trial_attach(kernel, true, ret_long);
		*ret_short = *ret_long;
	} else {
		kernel = open_way(options, attachment, false, ret_short);
		if (kernel)
			kernel_trial_attach(kernel, false, ret_short);
	}
	kernel_close(kernel);
}

/* Ports only if an option names them: a kernel may have one tracepoint and not the other. */
static void try_watch(const struct kernel_trial_options *options, bool with_ports,
		      struct kernel_outcome *ret_outcome)
{
	static const uint16_t ports[] = { 80 };
	struct kernel_options wanted = kernel_options(options, KERNEL_ATTACHMENT_BEST);
	struct kernel *kernel;

	wanted.ports = ports;
	wanted.port_count = with_ports;
	if (kernel_open(&wanted, &kernel, &ret_outcome->failure, &ret_outcome->why) < 0)
		return;
	if (kernel_watch(kernel, &ret_outcome->why) < 0)
		ret_outcome->failure.obstacle = kernel_obstacle(kernel);
	kernel_close(kernel);
}

void kernel_trial_run(const struct kernel_trial_options *options, struct kernel_trial *ret_trial)
{
	*ret_trial = (struct kernel_trial){ 0 };
	for (int i = 0; i < KERNEL_WAYS; i++)
		try_way(options, (enum kernel_attachment)(KERNEL_ATTACHMENT_MULTI + i),
			&ret_trial->short_plans[i], &ret_trial->long_plans[i]);
	try_watch(options, false, &ret_trial->execs);
	try_watch(options, true, &ret_trial->listens);
}

const struct kernel_outcome *kernel_trial_best(const struct kernel_outcome *outcomes)
{
	const struct kernel_outcome *best = outcomes;

	for (int i = 0; i < KERNEL_WAYS; i++) {
		enum obstacle obstacle = outcomes[i].failure.obstacle;

		if (obstacle == OBSTACLE_NONE)
			return &outcomes[i];
		if (obstacle_is_of_way(best->failure.obstacle))
			best = &outcomes[i];
	}
	return best;
}

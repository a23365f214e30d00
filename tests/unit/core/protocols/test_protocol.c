/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "hit_field.h"
#include "module_version.h"
#include "net_http_rows.h"
#include "protocol_registry.h"
#include "shape.h"

/* The rows of all protocols, one after the other. */
enum { MAX_ROWS = 128 };

struct row_list {
	struct {
		const struct protocol *protocol;
		const struct probe_request *request;
	} items[MAX_ROWS];
	size_t count;
};

static struct row_list all_rows(void)
{
	struct row_list rows = { .count = 0 };

	for (size_t i = 0; i < protocol_registry_count; i++) {
		const struct protocol *protocol = protocol_registry[i];

		for (size_t j = 0; j < protocol->probe_count; j++) {
			assert_true(rows.count < MAX_ROWS);
			rows.items[rows.count].protocol = protocol;
			rows.items[rows.count++].request = &protocol->probes[j];
		}
	}
	return rows;
}

static const char *position_of(const struct probe_request *probe)
{
	return probe->call ? probe->call : probe->after_call;
}

/* Checks each probe, independent of any binary. */
static void probes_are_sound(void **state)
{
	const struct row_list rows = all_rows();

	for (size_t i = 0; i < rows.count; i++) {
		const struct probe_request *probe = rows.items[i].request;
		bool is_of_goroutine =
			probe->role == PLAN_ROLE_PANIC || probe->role == PLAN_ROLE_GOROUTINE_EXIT ||
			probe->role == PLAN_ROLE_ROUTE ||
			(rows.items[i].protocol->ends_at_header && probe->role == PLAN_ROLE_END);
		uint8_t needed = is_of_goroutine ? FIELD_GOID : FIELD_KEY;
		struct expression expression;
		uint64_t fields = 0;

		/* The end of a client's request that ends later has a key. */
		if (rows.items[i].protocol->ends_later && probe->role == PLAN_ROLE_END)
			needed = FIELD_KEY;
		else if (rows.items[i].protocol->side == SIDE_CLIENT && !is_of_goroutine)
			needed = FIELD_STACK_POINTER;
		else
			assert_int_not_equal(probe->role, PLAN_ROLE_CALL);
		assert_false(probe->call && probe->after_call);
		assert_in_range(probe->capture_count, 1, PLAN_MAX_CELLS);
		for (size_t j = 0; j < probe->capture_count; j++) {
			const struct capture *capture = &probe->captures[j];

			assert_int_equal(expression_parse(capture->expression, &expression, NULL),
					 0);
			assert_true(capture->field < FIELD_COUNT);
			/* Of several captures of one field, a release has one. */
			for (size_t other = 0; other < j; other++)
				assert_true(probe->captures[other].field != capture->field ||
					    strcmp(probe->captures[other].expression,
						   capture->expression) != 0);
			fields |= UINT64_C(1) << capture->field;
			/* Without this field the record could not be joined. */
			assert_int_equal(capture->required,
					 capture->field == needed ||
						 (probe->role == PLAN_ROLE_ROUTE &&
						  !capture->extra) ||
						 (needed == FIELD_STACK_POINTER &&
						  (capture->field == FIELD_GOID ||
						   capture->field == FIELD_STACK_END)));
			/* For this, no types are looked up. */
			if (probe->needs_no_types)
				assert_string_equal(expression.steps[0].name, "@g");
		}
		assert_true(fields >> needed & 1);
	}
}

static bool server_has_role(const struct row_list *rows, const char *server, enum plan_role role)
{
	for (size_t i = 0; i < rows->count; i++) {
		if (strcmp(rows->items[i].protocol->server, server) == 0 &&
		    rows->items[i].request->role == role)
			return true;
	}
	return false;
}

/*
 * Each protocol names its server once. Each server has rows for a start and an end, or rows for both at once; a client
 * has rows for a call and its return.
 */
static void protocols_are_sound(void **state)
{
	const struct row_list rows = all_rows();

	for (size_t i = 0; i < protocol_registry_count; i++) {
		const struct protocol *protocol = protocol_registry[i];

		assert_true(protocol->server[0] && protocol->manner[0] && protocol->probe_count);
		assert_true(server_has_role(&rows, protocol->server, PLAN_ROLE_WHOLE) ||
			    (server_has_role(&rows, protocol->server, PLAN_ROLE_CALL) &&
			     server_has_role(&rows, protocol->server, PLAN_ROLE_RETURN)) ||
			    (server_has_role(&rows, protocol->server, PLAN_ROLE_START) &&
			     server_has_role(&rows, protocol->server, PLAN_ROLE_END)));
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(protocol_registry[j], protocol);
		/* The protocols of one server are adjacent. */
		if (i > 0 && strcmp(protocol_registry[i - 1]->server, protocol->server) != 0) {
			for (size_t j = 0; j < i; j++)
				assert_string_not_equal(protocol_registry[j]->server,
							protocol->server);
		}
	}
}

/* Two probes with the same role and place would report everything twice. */
static void probes_are_told_apart(void **state)
{
	const struct row_list rows = all_rows();

	for (size_t i = 0; i < rows.count; i++) {
		const struct probe_request *a = rows.items[i].request;

		for (size_t j = 0; j < i; j++) {
			const struct probe_request *b = rows.items[j].request;
			const char *here = position_of(a), *there = position_of(b);

			if (strcmp(a->function, b->function) != 0 || a->role != b->role ||
			    !here != !there || (here && strcmp(here, there) != 0))
				continue;
			/* Such probes have to be for different binaries. */
			assert_true(a->companion || b->companion || a->inlined || b->inlined ||
				    a->role == PLAN_ROLE_GOROUTINE_EXIT);
		}
	}
}

/* A stripped binary of this release. */
struct release {
	struct elf_builder elf;
	struct image *image;
	struct types *types;
	struct go_version version;
	enum machine machine;
};

static void release_open(struct release *release, enum machine machine, uint32_t minor)
{
	static struct library_copies libraries[] = {
		{ .library = &net_http_library, .count = 1 },
		{ .copies = { { "", MODULE_VERSION(0, 7, 0) } }, .count = 1 },
	};
	uint64_t offset;

	libraries[1].library = protocol_x_net_http2.library;
	elf_init(&release->elf);
	offset = elf_append(&release->elf, NULL, 64);
	elf_segment(&release->elf, PT_LOAD, PF_R | PF_X, 0x400000, offset, 64, 64);
	elf_finish(&release->elf, ET_EXEC, machine == MACHINE_ARM64 ? EM_AARCH64 : EM_X86_64);
	release->machine = machine;
	release->version = (struct go_version){ .number = GO_VERSION(minor, 0) };
	assert_int_equal(image_open(elf_save(&release->elf), &release->image, NULL), 0);
	assert_int_equal(types_open(release->image, release->image, &release->version,
				    &release->types, NULL),
			 0);
	types_set_libraries(release->types, libraries, 2);
}

static void release_close(struct release *release)
{
	types_close(release->types);
	image_close(release->image);
	elf_release(&release->elf);
}

/* Finds the names that can be captured at the probe. */
static bool find_signature(const struct release *release, const struct probe_request *probe,
			   struct signature *ret_signature)
{
	const char *name = position_of(probe) ? position_of(probe) : probe->function;
	struct function function = { name, 0x400000, 0x400040 };
	const struct signature *signature;

	*ret_signature = (struct signature){ 0 };
	if (probe->needs_no_types)
		return true;
	if (types_signature(release->types, &function, &signature, NULL, NULL) < 0)
		return false;
	*ret_signature = *signature;
	if (probe->after_call) {
		ret_signature->parameters = signature->results;
		ret_signature->parameter_count = signature->result_count;
	}
	return true;
}

static int walk_to(const struct scope *scope, const char *text, struct plan_builder *builder,
		   struct walk *walk)
{
	static struct expression expression; /* the walk refers to it */
	int r;

	assert_int_equal(expression_parse(text, &expression, NULL), 0);
	r = walk_begin(walk, scope, &expression, builder, NULL);
	while (r == 0 && walk->step + 1 < expression.step_count)
		r = walk_take_step(walk, NULL);
	return r;
}

static uint64_t fields_of(const struct release *release, const struct probe_request *probe,
			  const struct signature *signature)
{
	struct site site = { .goroutine_register = 1 };
	struct scope scope = {
		.convention = convention_of(release->machine, &release->version),
		.version = &release->version,
		.types = release->types,
		.signature = signature,
		.site = &site,
	};
	struct plan_builder builder = { 0 };
	struct plan plan;
	uint64_t fields = 0;

	for (size_t i = 0; i < probe->capture_count; i++) {
		const struct capture *capture = &probe->captures[i];
		struct plan_builder before = builder;
		struct plan_place place;
		struct walk walk;
		struct cell cell;

		/* What is only captured on demand need not be cheap. */
		if (capture->extra)
			continue;
		if (walk_to(&scope, capture->expression, &builder, &walk) < 0) {
			builder = before;
			continue;
		}
		assert_int_equal(shape_leaf(&walk, &cell, NULL), 0);
		assert_int_equal(walk_place(&walk, &place, NULL), 0);
		assert_true(plan_add(&builder, place, cell, capture->lookahead, NULL) >= 0);
		fields |= UINT64_C(1) << capture->field;
	}
	assert_int_equal(plan_compile(&builder, &site, probe->role, STRING_MAX_SIZE, &plan, NULL),
			 0);
	/* Captures of requests have to be cheap. */
	assert_true(plan_is_short(&plan));
	return fields;
}

#define BIT(field) (UINT64_C(1) << FIELD_##field)
#define START_FIELDS                                                                             \
	(BIT(KEY) | BIT(GOID) | BIT(METHOD) | BIT(PATH) | BIT(QUERY) | BIT(HOST) | BIT(REMOTE) | \
	 BIT(PROTOCOL_MAJOR) | BIT(PROTOCOL_MINOR) | BIT(TLS) | BIT(REQUEST_BYTES))

#define CLIENT_FIELDS                                                                              \
	(BIT(GOID) | BIT(STACK_END) | BIT(STACK_POINTER) | BIT(METHOD) | BIT(SCHEME) | BIT(HOST) | \
	 BIT(PATH) | BIT(QUERY) | BIT(REQUEST_BYTES) | BIT(BODY_STREAM))

static uint64_t wanted_fields(const struct probe_request *probe, uint32_t minor)
{
	uint64_t end = BIT(KEY) | BIT(STATUS) | BIT(RESPONSE_BYTES);

	if (strstr(probe->function, "http2"))
		end |= BIT(SENT_LENGTH);
	else
		end |= BIT(DECLARED_BYTES) | BIT(HEADER_SENT);
	if (strstr(probe->function, "finishRequest"))
		end |= BIT(BUFFERED_BYTES);
	switch (probe->role) {
	case PLAN_ROLE_START:
		return START_FIELDS;
	case PLAN_ROLE_END:
		/* Go 1.27 moved HTTP/2; its request there has no pattern. */
		return minor >= 23 && !strstr(probe->function, "internal/http2") ?
			       end | BIT(ROUTE) :
			       end;
	case PLAN_ROLE_HIJACK:
		return BIT(KEY);
	case PLAN_ROLE_CALL:
		return CLIENT_FIELDS;
	case PLAN_ROLE_ROUTE:
		/* What is seen of a mux before it chooses is only that it begins. */
		return probe->after_call ? BIT(GOID) | BIT(ROUTE) : BIT(GOID);
	default:
		return BIT(GOID);
	}
}

/* Every request calls these functions, so the table has to know them. */
static bool is_essential(const struct probe_request *probe, uint32_t minor)
{
	return strcmp(probe->function, "net/http.serverHandler.ServeHTTP") == 0 ||
	       strcmp(probe->function, "net/http.(*response).finishRequest") == 0 ||
	       strcmp(probe->function, "net/http.(*response).Hijack") == 0 ||
	       strcmp(probe->function, "net/http.(*conn).close") == 0 ||
	       strcmp(probe->function,
		      minor >= 27 ? "net/http/internal/http2.(*responseWriter).handlerDone" :
				    "net/http.(*http2responseWriter).handlerDone") == 0;
}

/* Compiles the probes without DWARF; returns the number of essential probes. */
static size_t check_release(const struct release *release, uint32_t minor)
{
	const struct row_list rows = all_rows();
	size_t essential = 0;

	for (size_t i = 0; i < rows.count; i++) {
		const struct probe_request *probe = rows.items[i].request;
		struct signature signature;
		uint64_t fields;

		/* The table does not know responses, nor the types of routers: their layouts come from the program. */
		if (probe->role == PLAN_ROLE_RETURN || rows.items[i].protocol->chooses_late)
			continue;
		if (!find_signature(release, probe, &signature))
			continue;
		fields = fields_of(release, probe, &signature);
		if (fields != wanted_fields(probe, minor))
			fail_msg("Go 1.%u, %s: fields %#llx, not %#llx", minor, probe->function,
				 (unsigned long long)fields,
				 (unsigned long long)wanted_fields(probe, minor));
		essential += is_essential(probe, minor);
	}
	return essential;
}

static void each_release_gives_all_it_has(void **state)
{
	for (uint32_t minor = 12; minor <= 27; minor++) {
		for (enum machine machine = MACHINE_AMD64; machine <= MACHINE_ARM64; machine++) {
			struct release release;

			release_open(&release, machine, minor);
			assert_int_equal(check_release(&release, minor), 5);
			release_close(&release);
		}
	}
}

/* The response writer joins the start and the end of a request; its type does not matter. */
static void key_is_the_response_writer(void **state)
{
	static const uint8_t rcx = 11, rax = 10;
	const struct {
		const char *function;
		uint8_t word;
	} cases[] = { { "net/http.serverHandler.ServeHTTP", rcx },
		      { "net/http.(*response).finishRequest", rax },
		      { "net/http.(*response).Hijack", rax },
		      { "net/http.(*http2responseWriter).handlerDone", rax } };
	static const struct site site = { .goroutine_register = 1 };
	const struct row_list rows = all_rows();
	struct release release;
	size_t found = 0;

	release_open(&release, MACHINE_AMD64, 25);
	for (size_t i = 0; i < rows.count; i++) {
		const struct probe_request *probe = rows.items[i].request;
		struct signature signature;
		struct scope scope = { convention_of(MACHINE_AMD64, &release.version),
				       &release.version, release.types, &signature, &site };
		struct plan_builder builder = { 0 };
		struct plan_place place;
		struct walk walk;

		for (size_t j = 0; j < sizeof(cases) / sizeof(cases[0]); j++) {
			if (strcmp(probe->function, cases[j].function) != 0)
				continue;
			assert_true(find_signature(&release, probe, &signature));
			assert_int_equal(probe->captures[0].field, FIELD_KEY);
			assert_int_equal(
				walk_to(&scope, probe->captures[0].expression, &builder, &walk), 0);
			assert_int_equal(walk_place(&walk, &place, NULL), 0);
			assert_int_equal(place.source, PLAN_REGISTERS);
			assert_int_equal(place.words[0], cases[j].word);
			found++;
		}
	}
	assert_int_equal(found, sizeof(cases) / sizeof(cases[0]));
	release_close(&release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probes_are_sound),
		cmocka_unit_test(protocols_are_sound),
		cmocka_unit_test(probes_are_told_apart),
		cmocka_unit_test(each_release_gives_all_it_has),
		cmocka_unit_test(key_is_the_response_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

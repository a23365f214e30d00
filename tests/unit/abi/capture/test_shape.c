/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "go_types.h"
#include "plan_check.h"
#include "shape.h"
#include "shape_maker.h"
#include "way.h"

/* ---- shapes as text ---- */

/*
 *	#3                    a cell; time#0,#1 and the like: of another kind
 *	{a:#0 b:#1 ...}       a struct; the dots: there is more
 *	*#0(#1)               a pointer and what it leads to
 *	[9: #0 #1]            an array of nine, of which two are captured
 *	slice#0,#1[#2 #3]     pointer, length, elements
 *	map#0,#1[#2 #3]       pointer, count, key and element of each entry
 *	any#0,#1,#2<int #3|T null> what an interface may hold; choice: it or nothing
 */
struct writer {
	const struct shape *shape;
	char text[4096];
	size_t used;
};

static void write_node(struct writer *writer, const struct shape_node *node);

__attribute__((format(printf, 2, 3))) static void put(struct writer *writer, const char *format,
						      ...)
{
	va_list list;

	va_start(list, format);
	writer->used += vsnprintf(writer->text + writer->used, sizeof(writer->text) - writer->used,
				  format, list);
	va_end(list);
	assert_true(writer->used < sizeof(writer->text));
}

/* Writes the children between two brackets; if `names` is not NULL, each after its name and `names`. */
static void write_children(struct writer *writer, const struct shape_node *node, const char *open,
			   const char *between, const char *names, const char *close)
{
	const struct shape_node *end = node + node->size;

	put(writer, "%s", open);
	for (const struct shape_node *child = node + 1; child < end; child += child->size) {
		if (child > node + 1)
			put(writer, "%s", between);
		if (names)
			put(writer, "%s%s", shape_name(writer->shape, child), names);
		write_node(writer, child);
	}
	if (node->cut)
		put(writer, "%s...", node->size > 1 ? between : "");
	put(writer, "%s", close);
}

static const char *const form_names[TEXT_FORMS] = {
	[TEXT_UUID] = "uuid",
	[TEXT_IP] = "ip",
	[TEXT_IP_MASK] = "mask",
	[TEXT_HARDWARE_ADDRESS] = "mac",
	[TEXT_ADDRESS] = "addr",
	[TEXT_ADDRESS_INTERN] = "intern",
	[TEXT_ADDRESS_PORT] = "port",
	[TEXT_PREFIX] = "prefix",
	[TEXT_PREFIX_PLUS_ONE] = "prefix1",
	[TEXT_INTEGER] = "integer",
	[TEXT_URL] = "url",
};

static void write_node(struct writer *writer, const struct shape_node *node)
{
	static const char *const pairs[] = {
		[SHAPE_BYTES] = "bytes",       [SHAPE_COMPLEX] = "complex",
		[SHAPE_TIME] = "time",	       [SHAPE_LENGTH] = "len",
		[SHAPE_SLICE] = "slice",       [SHAPE_MAP] = "map",
		[SHAPE_INTERFACE] = "any",     [SHAPE_CHOICE] = "choice",
		[SHAPE_INSTANCE] = "instance", [SHAPE_TYPE_NAME] = "typename",
	};

	switch ((enum shape_kind)node->kind) {
	case SHAPE_CELL:
		put(writer, "#%u", node->cell);
		break;
	case SHAPE_DURATION:
		put(writer, "duration#%u", node->cell);
		break;
	case SHAPE_EMPTY:
		put(writer, "empty#%u", node->cell);
		break;
	case SHAPE_STRUCT:
		write_children(writer, node, "{", " ", ":", "}");
		break;
	case SHAPE_POINTER:
		put(writer, "*#%u", node->cell);
		write_children(writer, node, "(", " ", NULL, ")");
		break;
	case SHAPE_ARRAY:
		put(writer, "[%llu:", (unsigned long long)node->count);
		write_children(writer, node, node->size > 1 ? " " : "", " ", NULL, "]");
		break;
	case SHAPE_TIME:
		put(writer, "time#%u,#%u", node->cell, node->second);
		if (node->size > 1)
			write_children(writer, node, "(", " ", NULL, ")");
		break;
	case SHAPE_TEXT:
		put(writer, "%s", form_names[node->count]);
		write_children(writer, node, "(", " ", NULL, ")");
		break;
	case SHAPE_OPTIONAL:
		put(writer, "optional#%u", node->cell);
		write_children(writer, node, "(", " ", NULL, ")");
		break;
	case SHAPE_BYTE_ARRAY:
		put(writer, "bytes[%llu:#%u+%u]", (unsigned long long)node->count, node->cell,
		    node->second);
		break;
	case SHAPE_NUMBER:
		put(writer, "%llu", (unsigned long long)node->count);
		break;
	case SHAPE_SECRET:
		if (node->count)
			put(writer, "secret");
		else
			put(writer, "secret#%u", node->cell);
		break;
	case SHAPE_GUARDED:
		put(writer, "guarded#%u", node->cell);
		write_children(writer, node, "(", " ", NULL, ")");
		break;
	case SHAPE_OPAQUE:
		put(writer, "opaque#%u %s", node->cell, shape_type_name(writer->shape, node));
		break;
	case SHAPE_ERROR:
		put(writer, "error#%u", node->cell);
		write_children(writer, node, "(", " ", NULL, ")");
		break;
	case SHAPE_NULL:
		put(writer, "null");
		break;
	case SHAPE_SLICE:
	case SHAPE_MAP:
		put(writer, "%s#%u,#%u", pairs[node->kind], node->cell, node->second);
		write_children(writer, node, "[", " ", NULL, "]");
		break;
	case SHAPE_INTERFACE:
		put(writer, "any#%u,#%u,#%u", node->cell, node->second, (unsigned int)node->count);
		write_children(writer, node, "<", "|", " ", ">");
		break;
	case SHAPE_CHOICE:
	case SHAPE_INSTANCE:
		put(writer, "%s#%u,#%u", pairs[node->kind], node->cell, node->second);
		write_children(writer, node, "<", "|", " ", ">");
		break;
	default:
		put(writer, "%s#%u,#%u", pairs[node->kind], node->cell, node->second);
	}
}

/* ---- questions and answers ---- */

static struct types binary;
static const struct redaction listed;
static const struct capture_spec hiding = { .redaction = &listed }, showing;
static const struct shape_bounds usual = { .depth = 4,
					   .width = 3,
					   .recursion = 1,
					   .bytes = 37,
					   .types = 5,
					   .spec = &hiding };

static int forget_types(void **state)
{
	binary = (struct types){ 0 };
	go_forget();
	return 0;
}

/* Asks for the shape of expressions (none: of all parameters) over parameters a, b, c of these types. */
struct question {
	const struct type *types[4];
	const char *expressions[4];
	struct shape_bounds bounds;
	bool is_shared; /* instances share the code: a's type is in the dictionary, the last parameter */
};

struct answer {
	struct plan_builder builder;
	struct shape shape;
	struct shape_gaps gaps;
};

static int ask(const struct question *question, struct answer *answer, struct error *err)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	static const struct site site = { .goroutine_register = 1 };
	struct go_version version = { .number = GO_VERSION(25, 0) };
	static const struct type word = {
		.kind = TYPE_UINT, .name = "uintptr", .size = 8, .complete = true
	};
	struct parameter parameters[5];
	struct signature signature = { .parameters = parameters };
	struct scope scope = { convention_of(MACHINE_AMD64, &version), &version, &binary,
			       &signature, &site };
	struct shape_bounds bounds = question->bounds;
	struct expression expressions[4];
	struct value_request values[4];
	size_t count = 0;

	*answer = (struct answer){ 0 };
	for (; signature.parameter_count < 4 && question->types[signature.parameter_count];
	     signature.parameter_count++)
		parameters[signature.parameter_count] = (struct parameter){
			.name = names[signature.parameter_count],
			.type = question->types[signature.parameter_count],
		};
	parameters[0].dictionary_word = question->is_shared ? 3 : 0;
	for (; count < 4 && question->expressions[count]; count++) {
		int r = expression_parse(question->expressions[count], &expressions[count], err);

		if (r < 0)
			return r;
	}
	for (; !question->expressions[0] && count < signature.parameter_count; count++)
		assert_int_equal(
			expression_make(&expressions[count], names[count], names[count], NULL), 0);
	for (size_t i = 0; i < count; i++)
		values[i] = (struct value_request){ .expression = &expressions[i] };
	if (question->is_shared)
		parameters[signature.parameter_count++] =
			(struct parameter){ .name = ".dict", .type = &word };
	if (!bounds.spec)
		bounds.spec = &showing;
	return shape_create(&scope, values, count, bounds, &answer->builder, &answer->shape,
			    &answer->gaps, err);
}

/* Checks that a shape's plan can be compiled and executed. */
static void check_plan(const struct answer *answer)
{
	static const struct site site = { 0 };
	struct plan plan;

	assert_int_equal(plan_compile(&answer->builder, &site, PLAN_ROLE_CALL, 64, &plan, NULL), 0);
	assert_null(plan_fault(&plan, &answer->builder));
}

static void assert_shape_in(struct question question, const char *wanted)
{
	struct error err = { 0 };
	struct writer writer = { 0 };
	struct answer answer;

	if (ask(&question, &answer, &err) < 0)
		fail_msg("%s", err.what);
	writer.shape = &answer.shape;
	write_node(&writer, answer.shape.nodes);
	if (strcmp(writer.text, wanted) != 0)
		fail_msg("%s, not %s", writer.text, wanted);
	check_plan(&answer);
	shape_finish(&answer.shape);
	assert_null(answer.shape.nodes);
}

/* Asks for an expression over a parameter `a`. */
static void assert_shape(const struct type *type, const char *expression, const char *wanted)
{
	char text[4096];

	snprintf(text, sizeof(text), "{%s:%s}", expression, wanted);
	assert_shape_in((struct question){ { type }, { expression }, usual }, text);
}

static void assert_refused(const struct type *type, const char *expression, int code,
			   const char *why)
{
	struct question question = { { type }, { expression }, usual };
	struct error err = { 0 };
	struct answer answer;

	assert_int_equal(ask(&question, &answer, &err), code);
	assert_null(answer.shape.nodes);
	if (!strstr(err.what, why))
		fail_msg("%s: %s", expression, err.what);
}

static struct question ask_openly(const struct type *type, const char *expression)
{
	struct question question = { { type }, { expression }, usual };

	question.bounds.spec = &showing;
	return question;
}

/* ---- kinds ---- */

static void knows_what_cells_hold(void **state)
{
	static const struct {
		struct type type;
		int code;
		enum cell_kind kind;
	} cases[] = {
		{ { TYPE_BOOL, "bool", 1 }, 0, CELL_BOOL },
		{ { TYPE_INT, "int8", 1 }, 0, CELL_INT },
		{ { TYPE_INT, "rune", 4 }, 0, CELL_INT },
		{ { TYPE_UINT, "uintptr", 8 }, 0, CELL_UINT },
		{ { TYPE_POINTER, "*T", 8 }, 0, CELL_POINTER },
		{ { TYPE_MAP, "map[string]int", 8 }, 0, CELL_POINTER },
		{ { TYPE_CHAN, "chan int", 8 }, 0, CELL_POINTER },
		{ { TYPE_FUNC, "func()", 8 }, 0, CELL_POINTER },
		{ { TYPE_STRING, "string", 16 }, 0, CELL_STRING },
		{ { TYPE_FLOAT, "float32", 4 }, 0, CELL_FLOAT },
		{ { TYPE_FLOAT, "float64", 8 }, 0, CELL_FLOAT },
		{ { TYPE_COMPLEX, "complex128", 16 }, -ENOTSUP, 0 },
		{ { TYPE_STRUCT, "T", 8 }, -ENOTSUP, 0 },
		{ { TYPE_ARRAY, "[1]int", 8 }, -ENOTSUP, 0 },
		{ { TYPE_SLICE, "[]int", 24 }, -ENOTSUP, 0 },
		{ { TYPE_INTERFACE, "error", 16 }, -ENOTSUP, 0 },
		{ { TYPE_UNKNOWN, "T", 8 }, -ENOTSUP, 0 },
		/* Sizes that only damaged DWARF gives. */
		{ { TYPE_INT, "int", 3 }, -ENOTSUP, 0 },
		{ { TYPE_UINT, "uint", 0 }, -ENOTSUP, 0 },
		{ { TYPE_INT, "int", 264 }, -ENOTSUP, 0 },
		{ { TYPE_BOOL, "bool", 8 }, -ENOTSUP, 0 },
		{ { TYPE_STRING, "string", 8 }, -ENOTSUP, 0 },
		{ { TYPE_POINTER, "*T", 4 }, -ENOTSUP, 0 },
		{ { TYPE_FLOAT, "float80", 10 }, -ENOTSUP, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct walk walk = { .type = &cases[i].type };
		struct error err = { 0 };
		struct cell cell;

		assert_int_equal(shape_leaf(&walk, &cell, &err), cases[i].code);
		if (cases[i].code == 0) {
			assert_int_equal(cell.kind, cases[i].kind);
			assert_int_equal(cell.size, cases[i].type.size);
		} else {
			assert_non_null(strstr(err.what, cases[i].type.name));
		}
	}
}

static void shapes_plain_values(void **state)
{
	static const char *const cells[] = { "bool",   "int8",		 "uint64",
					     "string", "unsafe.Pointer", "func()" };

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		assert_shape(go_basic(cells[i]), "a", "#0");
	assert_shape(go_chan(go_basic("int")), "a", "#0");
	assert_shape(go_named("time.Duration", go_basic("int64")), "a", "duration#0");
	assert_shape(go_pointer(go_basic("complex64")), "a", "*#0(complex#1,#2)");
	assert_shape(go_pointer(go_mystery("complex24", TYPE_COMPLEX, 3)), "a", "*#0(null)");
	assert_shape(go_slice(go_basic("uint8")), "a", "bytes#0,#1");
	assert_shape(go_array(go_basic("uint16"), 5), "a", "[5: #0 #1 #2]");
}

/* Bytes are captured by words, and the rest in halves of a word. */
static void shapes_bytes(void **state)
{
	const struct type *byte = go_basic("uint8");
	const struct type *named = go_named("main.Hash", go_array(byte, 20));

	assert_shape(go_slice(byte), "a", "bytes#0,#1");
	assert_shape(go_slice(go_basic("int8")), "a", "slice#0,#1[#2 #3 #4]");
	assert_shape(go_array(go_basic("int8"), 2), "a", "[2: #0 #1]");
	assert_shape(go_array(byte, 0), "a", "[0:]");
	assert_shape(go_array(byte, 1), "a", "bytes[1:#0+1]");
	assert_shape(go_array(byte, 8), "a", "bytes[8:#0+1]");
	assert_shape(go_array(byte, 15), "a", "bytes[15:#0+4]");
	assert_shape(go_array(byte, 16), "a", "bytes[16:#0+2]");
	assert_shape(go_pointer(named), "a", "*#0(bytes[20:#1+3])");
	assert_shape(go_slice(named), "a",
		     "slice#0,#1[bytes[20:#2+3] bytes[20:#5+3] bytes[20:#8+3]]");
	assert_shape(go_map(named, go_basic("bool")), "a",
		     "map#0,#1[bytes[20:#2+3] #5 bytes[20:#6+3] #9 bytes[20:#10+3] #13]");
	/* A long array is captured up to the bounds. */
	assert_shape(go_array(byte, 1000), "a", "bytes[1000:#0+6]");
	/* A single byte. */
	assert_shape(named, "a[19]", "#0");
}

static void shapes_times(void **state)
{
	const struct type *location = go_pointer(go_mystery("time.Location", TYPE_STRUCT, 0));
	const struct type *time = GO_STRUCT("time.Time", { "wall", go_basic("uint64") },
					    { "ext", go_basic("int64") }, { "loc", location });

	assert_shape(time, "a", "time#0,#1");
	assert_shape(go_pointer(time), "a", "*#0(time#1,#2)");
	assert_shape(time, "a.wall", "#0");
}

/* The current zone comes from the location, if the layout of the location is known. */
static void shapes_zones(void **state)
{
	const struct type *zone = GO_STRUCT("time.zone", { "name", go_basic("string") },
					    { "offset", go_basic("int") },
					    { "isDST", go_basic("bool") });
	const struct type *location = GO_STRUCT("time.Location", { "name", go_basic("string") },
						{ "cacheStart", go_basic("int64") },
						{ "cacheEnd", go_basic("int64") },
						{ "cacheZone", go_pointer(zone) });
	const struct type *time = GO_STRUCT("time.Time", { "wall", go_basic("uint64") },
					    { "ext", go_basic("int64") },
					    { "loc", go_pointer(location) });
	const struct type *other =
		GO_STRUCT("time.Time", { "wall", go_basic("int64") }, { "ext", go_basic("int64") });

	assert_shape(time, "a", "time#0,#1(#2 #3 #4)");
	assert_shape(go_pointer(time), "a", "*#0(time#1,#2(#3 #4 #5))");
	assert_shape(go_pointer(other), "a", "*#0({wall:#1 ext:#2})");
}

/* ---- types that are shown as text ---- */

static void shapes_uuids(void **state)
{
	const struct type *sixteen = go_array(go_basic("uint8"), 16);

	assert_shape(go_named("github.com/google/uuid.UUID", sixteen), "a", "uuid(bytes[16:#0+2])");
	assert_shape(go_slice(go_named("main.Uuid", sixteen)), "a",
		     "slice#0,#1[uuid(bytes[16:#2+2]) uuid(bytes[16:#4+2]) uuid(bytes[16:#6+2])]");
	assert_shape(go_named("main.ID", sixteen), "a", "bytes[16:#0+2]");
	assert_shape(sixteen, "a", "bytes[16:#0+2]");
	assert_shape(go_named("main.UUID", go_array(go_basic("uint8"), 20)), "a", "bytes[20:#0+3]");
	assert_shape(go_named("main.UUID", go_array(go_basic("uint16"), 16)), "a",
		     "[16: #0 #1 #2]");
}

static void shapes_addresses(void **state)
{
	const struct type *bytes = go_slice(go_basic("uint8"));

	assert_shape(go_named("net.IP", bytes), "a", "ip(bytes#0,#1)");
	assert_shape(go_named("net.IPMask", bytes), "a", "mask(bytes#0,#1)");
	assert_shape(go_named("net.HardwareAddr", bytes), "a", "mac(bytes#0,#1)");
	assert_shape(go_named("main.IP", bytes), "a", "bytes#0,#1");
	assert_shape(go_named("net.IP", go_basic("string")), "a", "#0");
}

static const struct type *address_type(const struct type *z)
{
	const struct type *word = go_basic("uint64");
	const struct type *bits = GO_STRUCT("net/netip.uint128", { "hi", word }, { "lo", word });

	return GO_STRUCT("net/netip.Addr", { "addr", bits }, { "z", z });
}

static void shapes_netip(void **state)
{
	const struct type *detail = GO_STRUCT("net/netip.addrDetail", { "isV6", go_basic("bool") },
					      { "zoneV6", go_basic("string") });
	const struct type *z =
		GO_STRUCT("unique.Handle[net/netip.addrDetail]", { "value", go_pointer(detail) });
	const struct type *address = address_type(z);
	const struct type *port =
		GO_STRUCT("net/netip.AddrPort", { "ip", address }, { "port", go_basic("uint16") });
	const struct type *prefix = GO_STRUCT("net/netip.Prefix", { "ip", address },
					      { "bitsPlusOne", go_basic("uint8") });
	const struct type *older =
		GO_STRUCT("net/netip.Prefix", { "ip", address }, { "bits", go_basic("int16") });

	assert_shape(address, "a", "addr(#0 #1 #2 #3 #4)");
	assert_shape(go_pointer(address), "a", "*#0(addr(#1 #2 #3 #4 #5))");
	assert_shape(port, "a", "port(addr(#0 #1 #2 #3 #4) #5)");
	assert_shape(prefix, "a", "prefix1(addr(#0 #1 #2 #3 #4) #5)");
	assert_shape(older, "a", "prefix(addr(#0 #1 #2 #3 #4) #5)");
	/* A type of the same name with another layout is shown as a plain struct. */
	assert_shape(address_type(GO_STRUCT("unique.Handle[x]", { "other", go_pointer(detail) })),
		     "a", "{addr:{hi:#0 lo:#1} z:{other:*#2({isV6:#3 zoneV6:#4})}}");
}

/* Up to Go 1.22 a variable of the program identifies IPv4. It is read relative to the probed instruction. */
static void shapes_old_netip(void **state)
{
	const struct type *text = go_basic("string");
	const struct type *value = GO_STRUCT("internal/intern.Value",
					     { "_", go_array(go_basic("func()"), 0) },
					     { "cmpVal", go_interface("interface {}", false) },
					     { "resurrected", go_basic("bool") });
	const struct type *address = address_type(go_pointer(value));

	go_know(&binary, text, 7);
	assert_shape(address, "a", "intern(#0 #1 #2 null #3 #4)");
	binary.variable = "net/netip.z4";
	binary.variable_address = 0x1000;
	assert_shape(address, "a", "intern(#0 #1 #2 #3 #4 #5)");
	binary.variable_address = UINT64_C(1) << 40;
	assert_shape(address, "a", "intern(#0 #1 #2 null #3 #4)");
}

static void shapes_integers(void **state)
{
	const struct type *words = go_slice(go_named("math/big.Word", go_basic("uint64")));
	const struct type *integer =
		GO_STRUCT("math/big.Int", { "neg", go_basic("bool") }, { "abs", words });

	assert_shape(go_pointer(integer), "a", "*#0(integer(#1 slice#2,#3[#4 #5 #6 #7]))");
	assert_shape(GO_STRUCT("math/big.Int", { "neg", go_basic("bool") },
			       { "abs", go_slice(go_basic("uint32")) }),
		     "a", "{neg:#0 abs:slice#1,#2[#3 #4 #5]}");
}

static const struct type *url_type(bool omits_host)
{
	const struct type *text = go_basic("string"), *flag = go_basic("bool");
	const struct type *user = GO_STRUCT("net/url.Userinfo", { "username", text },
					    { "password", text }, { "passwordSet", flag });

	return GO_STRUCT("net/url.URL", { "Scheme", text }, { "Opaque", text },
			 { "User", go_pointer(user) }, { "Host", text }, { "Path", text },
			 { "RawPath", text }, { omits_host ? "OmitHost" : "_", flag },
			 { "ForceQuery", flag }, { "RawQuery", text }, { "Fragment", text },
			 { "RawFragment", text });
}

static void shapes_urls(void **state)
{
	/* The pointer to the user, the name and whether there is a password, the texts, two flags. */
	assert_shape(go_pointer(url_type(true)), "a",
		     "*#0(url(#1 #2 #3 #4 #5 #6 #7 #8 #9 #10 #11 #12 #13))");
	assert_shape(go_pointer(url_type(false)), "a",
		     "*#0(url(#1 #2 #3 #4 #5 #6 #7 #8 #9 #10 #11 #12))");
	assert_shape_in(ask_openly(url_type(false), "a"),
			"{a:url(#0 #1 #2 #3 #4 #5 #6 #7 #8 #9 #10 #11 #12)}");
	assert_shape(url_type(true), "a.Host", "#0");
}

static void hides_parts_of_urls(void **state)
{
	static const char *const globs[] = { "RawQuery" };
	const struct redaction redaction = { globs, 1 };
	const struct capture_spec spec = { .redaction = &redaction };
	struct question question = { { go_pointer(url_type(false)) }, { "a" }, usual };

	question.bounds.spec = &spec;
	assert_shape_in(question, "{a:*#0(url(#1 #2 #3 #4 #5 #6 #7 #8 secret#9 #10 #11 #12))}");
}

static void shapes_atomics(void **state)
{
	const struct type *item = GO_STRUCT("main.Item", { "ID", go_basic("int") });
	const struct type *pointer = go_pointer(item),
			  *nothing = GO_STRUCT("sync/atomic.noCopy", { NULL });
	const struct type *raw = go_basic("unsafe.Pointer");

	assert_shape(GO_STRUCT("sync/atomic.Int64", { "_", nothing }, { "v", go_basic("int64") }),
		     "a", "#0");
	assert_shape(GO_STRUCT("sync/atomic.Bool", { "_", nothing }, { "v", go_basic("uint32") }),
		     "a", "#0");
	assert_shape(GO_STRUCT("sync/atomic.Bool", { "v", go_basic("uint64") }), "a", "{v:#0}");
	assert_shape(GO_STRUCT("sync/atomic.Value", { "v", go_interface("interface {}", false) }),
		     "a", "any#0,#1,#2<>");
	assert_shape(GO_STRUCT("sync/atomic.Pointer[main.Item]", { "_", go_array(pointer, 0) },
			       { "v", raw }),
		     "a", "*#0({ID:#1})");
	/* In Go 1.19 only the name of the type says what it points to. */
	assert_shape(GO_STRUCT("sync/atomic.Pointer[main.Item]", { "_", nothing }, { "v", raw }),
		     "a", "{v:#0}");
	go_know(&binary, pointer, 0);
	assert_shape(GO_STRUCT("sync/atomic.Pointer[main.Item]", { "_", nothing }, { "v", raw }),
		     "a", "*#0({ID:#1})");
}

static void shapes_nullables(void **state)
{
	const struct type *text = go_basic("string"), *flag = go_basic("bool");

	assert_shape(GO_STRUCT("database/sql.NullString", { "String", text }, { "Valid", flag }),
		     "a", "optional#0(#1)");
	assert_shape(GO_STRUCT("database/sql.Null[string]", { "V", text }, { "Valid", flag }), "a",
		     "optional#0(#1)");
	assert_shape(GO_STRUCT("database/sql.NullString", { "String", text }), "a", "{String:#0}");
	assert_shape(GO_STRUCT("main.NullString", { "String", text }, { "Valid", flag }), "a",
		     "{String:#0 Valid:#1}");
}

static void shapes_structs(void **state)
{
	const struct type *item = GO_STRUCT("main.Item", { "ID", go_basic("int") },
					    { "_", go_basic("int") },
					    { "Name", go_basic("string") });
	const struct type *order = GO_STRUCT("main.Order", { "Item", item, true },
					     { "Next", go_pointer(item) },
					     { "Nothing", GO_STRUCT("struct {}", { NULL }) });

	assert_shape(go_pointer(order), "a",
		     "*#0({Item:{ID:#1 Name:#2} Next:*#3({ID:#4 Name:#5}) Nothing:empty#6})");
	assert_shape(go_pointer(order), "a.Item", "{ID:#0 Name:#1}");
	assert_shape(GO_STRUCT("main.Empty", { NULL }), "a", "{}");
}

static void shapes_lists(void **state)
{
	const struct type *integers = go_slice(go_basic("int"));

	assert_shape(integers, "a", "slice#0,#1[#2 #3 #4]");
	assert_shape(integers, "a[1]", "#0");
	assert_shape(go_array(go_basic("int"), 2), "a", "[2: #0 #1]");
	assert_shape(go_array(go_basic("int"), 0), "a", "[0:]");
	assert_shape(go_slice(go_pointer(go_basic("int"))), "a",
		     "slice#0,#1[*#2(#3) *#4(#5) *#6(#7)]");
	assert_shape(go_map(go_basic("string"), go_basic("int")), "a",
		     "map#0,#1[#2 #3 #4 #5 #6 #7]");
	assert_shape(go_map(go_basic("string"), go_basic("int")), "a[\"k\"]", "#0");
}

static void shapes_measures(void **state)
{
	const struct type *integer = go_basic("int");

	assert_shape(go_slice(integer), "len(a)", "#0");
	assert_shape(go_slice(integer), "cap(a)", "#0");
	assert_shape(go_pointer(go_slice(integer)), "cap(a)", "#0");
	assert_shape(go_basic("string"), "len(a)", "#0");
	assert_shape(go_array(integer, 7), "len(a)", "7");
	assert_shape(go_array(integer, 7), "cap(a)", "7");
	assert_shape(go_pointer(go_array(integer, 7)), "len(a)", "7");
	assert_shape(go_map(integer, integer), "len(a)", "len#0,#1");
	assert_shape(go_chan(integer), "len(a)", "len#0,#1");
	assert_shape(go_chan(integer), "cap(a)", "len#0,#1");
	assert_refused(go_map(integer, integer), "cap(a)", -EINVAL, "no capacity");
	assert_refused(go_basic("string"), "cap(a)", -EINVAL, "no capacity");
	assert_refused(integer, "len(a)", -EINVAL, "no length");
	assert_refused(go_basic("unsafe.Pointer"), "len(a)", -EINVAL, "no length");
	assert_refused(go_interface("any", false), "len(a)", -EINVAL, "no length");
}

static void shapes_type_names(void **state)
{
	assert_shape(go_interface("any", false), "type(a)", "typename#0,#1");
	assert_shape(go_pointer(go_interface("any", false)), "type(a)", "typename#0,#1");
	assert_shape(go_interface("error", true), "type(a)", "typename#0,#1");
	assert_refused(go_basic("int"), "type(a)", -EINVAL, "only an interface");
	assert_refused(go_pointer(go_basic("int")), "type(a)", -EINVAL, "only an interface");
}

/* len() and cap() are different words of a slice, and of what a map and a channel point to. */
static void measures_the_right_word(void **state)
{
	static const struct {
		const char *expression, *way;
	} rows[] = { { "len(a)", "rbx" },
		     { "cap(a)", "rcx" },
		     { "len(b)", "rdi +0" },
		     { "cap(b)", "rdi +8" } };
	struct go_version version = { .number = GO_VERSION(25, 0) };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct question question = { { go_slice(go_basic("int")),
					       go_chan(go_basic("int")) },
					     { rows[i].expression },
					     usual };
		struct answer answer;
		char way[WAY_SIZE];

		assert_int_equal(ask(&question, &answer, NULL), 0);
		way_write(convention_of(MACHINE_AMD64, &version), &answer.builder,
			  &answer.builder.captures[answer.builder.capture_count - 1].place, way);
		assert_string_equal(way, rows[i].way);
		shape_finish(&answer.shape);
	}
}

/* ---- several captures at once ---- */

static void shapes_all_parameters(void **state)
{
	struct question question = { { go_basic("int"), go_basic("string"), go_basic("float64") },
				     { NULL },
				     usual };

	/* A float in a register cannot be read. */
	assert_shape_in(question, "{a:#0 b:#1 c:null}");
	question.expressions[0] = "b";
	question.expressions[1] = "first=a";
	assert_shape_in(question, "{b:#0 first:#1}");
}

static void notes_gaps(void **state)
{
	struct question question = { { go_basic("float64"),
				       go_mystery("main.Hidden", TYPE_STRUCT, 8) },
				     { "f=a", "b", "a", NULL },
				     usual };
	struct answer answer;

	/*
	 * Nothing describes the type of the second parameter, so its location and those after it are unknown.
	 */
	assert_int_equal(ask(&question, &answer, NULL), 0);
	assert_int_equal(answer.gaps.count, 3);
	assert_string_equal(answer.gaps.gaps[0].name, "f");
	assert_string_equal(answer.gaps.gaps[1].name, "b");
	shape_finish(&answer.shape);
	question = (struct question){ { go_basic("float64") }, { "a" }, usual };
	{
		struct error err = { 0 };

		assert_int_equal(ask(&question, &answer, &err), 0);
		assert_non_null(strstr(answer.gaps.gaps[0].why, "floating-point"));
		shape_finish(&answer.shape);
	}
}

/* A part that is not described does not affect the parts around it. */
static void leaves_out_what_is_hidden(void **state)
{
	const struct type *hidden = go_mystery("main.Hidden", TYPE_STRUCT, 8);
	const struct type *outer = GO_STRUCT("main.Outer", { "A", go_basic("int") },
					     { "H", hidden }, { "P", go_pointer(hidden) },
					     { "M", go_map(hidden, hidden) },
					     { "B", go_basic("int") });

	assert_shape(go_pointer(outer), "a", "*#0({A:#1 H:null P:*#2(null) M:null B:#3})");
}

/* ---- bounds ---- */

static const struct type *nested(int depth)
{
	const struct type *type = go_basic("int");

	while (depth-- > 0) {
		char name[16];

		snprintf(name, sizeof(name), "main.T%d", depth);
		type = GO_STRUCT(name, { "F", type });
	}
	return type;
}

static void bounds_the_depth(void **state)
{
	const struct type *matrix = go_slice(go_slice(go_basic("int")));

	assert_shape(nested(4), "a", "{F:{F:{F:{F:#0}}}}");
	assert_shape(nested(5), "a", "{F:{F:{F:{F:{...}}}}}");
	assert_shape_in((struct question){ { nested(2) }, { "a" }, { .depth = 1, .width = 1 } },
			"{a:{F:{...}}}");
	assert_shape_in((struct question){ { nested(1) }, { "a" }, { .depth = 0, .width = 1 } },
			"{a:{...}}");
	assert_shape_in((struct question){ { matrix }, { "a" }, { .depth = 1, .width = 2 } },
			"{a:slice#0,#1[slice#2,#3[] slice#4,#5[]]}");
	assert_shape_in(
		(struct question){ { go_map(go_basic("int"), matrix) }, { "a" }, { .depth = 0 } },
		"{a:map#0,#1[]}");
	assert_shape_in((struct question){ { go_array(go_basic("int"), 3) },
					   { "a" },
					   { .depth = 0, .width = 9 } },
			"{a:[3:]}");
}

static void bounds_the_width(void **state)
{
	const struct type *integers = go_slice(go_basic("int"));

	assert_shape_in((struct question){ { integers }, { "a" }, { .depth = 1, .width = 1 } },
			"{a:slice#0,#1[#2]}");
	assert_shape_in((struct question){ { integers }, { "a" }, { .depth = 1, .width = 0 } },
			"{a:slice#0,#1[]}");
	assert_shape_in((struct question){ { go_array(go_basic("int"), 9) },
					   { "a" },
					   { .depth = 1, .width = 2 } },
			"{a:[9: #0 #1]}");
}

static void bounds_the_fields(void **state)
{
	struct go_field fields[31] = { { NULL } };
	char wanted[512] = "*#0({";

	for (int i = 0; i < 30; i++)
		fields[i] = (struct go_field){ "f", go_basic("int"), false };
	for (int i = 1; i <= 24; i++)
		snprintf(wanted + strlen(wanted), 16, "f:#%d ", i);
	strcat(wanted, "...})");
	assert_shape(go_pointer(go_struct("main.Wide", fields)), "a", wanted);
}

/* Types that contain themselves: by pointers alone, by fields, by slices. */
static void bounds_the_recursion(void **state)
{
	struct type *loop = go_open_pointer("main.Loop"), *list = go_open_struct("main.List");
	struct type *tree = go_open_struct("main.Tree");

	loop->element = loop;
	assert_shape(loop, "a", "*#0(*#1(*#2(*#3(*#4(*#5(*#6(*#7(*#8(...)))))))))");
	go_set_fields(list, (const struct go_field[]){ { "V", go_basic("int") },
						       { "Next", go_pointer(list) },
						       { NULL } });
	assert_shape_in(
		(struct question){ { go_pointer(list) }, { "a" }, { .depth = 9, .recursion = 1 } },
		"{a:*#0({V:#1 Next:*#2({V:#3 Next:*#4({...})})})}");
	assert_shape_in(
		(struct question){ { go_pointer(list) }, { "a" }, { .depth = 9, .recursion = 0 } },
		"{a:*#0({V:#1 Next:*#2({...})})}");
	go_set_fields(tree, (const struct go_field[]){
				    { "V", go_basic("int") }, { "T", go_slice(tree) }, { NULL } });
	assert_shape_in((struct question){ { go_pointer(tree) },
					   { "a" },
					   { .depth = 9, .width = 1, .recursion = 0 } },
			"{a:*#0({V:#1 T:slice#2,#3[{...}]})}");
}

/* A value that does not fit into a plan is refused; with a smaller width it fits. */
static void refuses_what_does_not_fit(void **state)
{
	const struct type *cube = go_slice(go_slice(go_slice(go_slice(go_basic("int")))));
	struct question question = { { cube }, { "a" }, { .depth = 4, .width = 8 } };
	struct answer answer;

	assert_int_equal(ask(&question, &answer, NULL), -E2BIG);
	question.bounds.width = 2;
	assert_int_equal(ask(&question, &answer, NULL), 0);
	check_plan(&answer);
	shape_finish(&answer.shape);
}

/* ---- secrets ---- */

/* With --show-secrets. */
/*
 * The length of a secret string or slice is read; of other secrets, the pointer to them. Neither shows the
 * value.
 */
static void hides_by_key(void **state)
{
	const struct type *header = go_map(go_basic("string"), go_slice(go_basic("string")));

	assert_shape(header, "a[\"Cookie\"]", "secret#0");
	assert_shape(header, "a[\"Cookie\"][0]", "secret#0");
	assert_shape(header, "len(a[\"Cookie\"])", "secret#0");
	assert_shape(header, "a[\"access-TOKEN\"][0]", "secret#0");
	assert_shape(header, "a[\"X-Amz-Signature\"][0]", "secret#0");
	assert_shape(header, "a[\"Accept\"][0]", "#0");
	assert_shape_in(ask_openly(header, "a[\"Cookie\"][0]"), "{a[\"Cookie\"][0]:#0}");
}

static void hides_by_field(void **state)
{
	const struct type *text = go_basic("string"), *number = go_basic("int");
	const struct type *config = GO_STRUCT("main.Config", { "User", text }, { "Password", text },
					      { "APIKey", go_slice(text) }, { "secret", number },
					      { "Session", GO_STRUCT("main.S", { "ID", text }) });
	const struct type *login =
		GO_STRUCT("main.Login", { "Config", config, true }, { "Tokenizer", number });

	assert_shape(
		go_pointer(config), "a",
		"*#0({User:#1 Password:secret#2 APIKey:secret#3 secret:secret#4 Session:secret#5})");
	assert_shape(config, "a.Password", "secret#0");
	assert_shape(go_pointer(config), "a.Session.ID", "secret#0");
	assert_shape(go_pointer(login), "a.Password", "secret#0");
	assert_shape(go_pointer(login), "a.Tokenizer", "#0");
	assert_shape_in(ask_openly(go_pointer(config), "a.secret"), "{a.secret:#0}");
}

/* A record contains at most the length of a secret. */
static void reads_nothing_of_secrets(void **state)
{
	const struct type *text = go_basic("string");
	const struct type *login = GO_STRUCT("main.Login", { "Password", text },
					     { "token", go_slice(go_basic("uint8")) });
	struct answer answer;

	assert_int_equal(
		ask(&(struct question){ { go_pointer(login) }, { "a" }, usual }, &answer, NULL), 0);
	assert_int_equal(answer.builder.capture_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_not_equal(answer.builder.captures[i].cell.kind, CELL_STRING);
	shape_finish(&answer.shape);
}

/* The array of steps may be longer than the expression. */
static void ignores_entries_after_the_last_step(void **state)
{
	static const struct site site;
	static const struct signature signature;
	const struct scope scope = { .signature = &signature, .site = &site };
	struct expression expression;

	assert_int_equal(expression_parse("a.User", &expression, NULL), 0);
	expression.steps[2] = (struct expression_step){ .kind = STEP_NAME, .name = "Password" };
	assert_false(secret_is_named(&listed, &scope, &expression));
	expression.step_count = 3;
	assert_true(secret_is_named(&listed, &scope, &expression));
}

static void hides_by_globs(void **state)
{
	static const char *const globs[] = { "pin*", "b" };
	const struct redaction redaction = { globs, 2 };
	const struct capture_spec spec = { .redaction = &redaction };
	const struct type *card = GO_STRUCT("main.Card", { "PinCode", go_basic("int") },
					    { "Owner", go_basic("string") });
	struct question question = { { go_pointer(card), go_basic("int") }, { NULL }, usual };

	question.bounds.spec = &spec;
	assert_shape_in(question, "{a:*#0({PinCode:secret#1 Owner:#2}) b:secret}");
}

/* Cookies, and the entries of lists that represent maps. */
static void hides_by_what_is_beside(void **state)
{
	const struct type *text = go_basic("string"), *bytes = go_slice(go_basic("uint8"));
	const struct type *cookie =
		GO_STRUCT("net/http.Cookie", { "Name", text }, { "Value", text }, { "Raw", text });
	const struct type *field =
		GO_STRUCT("hpack.HeaderField", { "Name", text }, { "Value", text });
	const struct type *pair = GO_STRUCT("main.pair", { "value", bytes }, { "key", bytes });
	const struct type *number =
		GO_STRUCT("main.number", { "Key", go_basic("int") }, { "Value", text });
	const struct type *list = GO_STRUCT("main.List", { "HeaderField", field, true });

	assert_shape(go_pointer(cookie), "a", "*#0({Name:#1 Value:secret#2 Raw:secret#3})");
	assert_shape(cookie, "a.Value", "secret#0");
	assert_shape(go_slice(cookie), "a[0].Value", "secret#0");
	assert_shape(go_pointer(field), "a", "*#0({Name:#1 Value:guarded#1(#2)})");
	assert_shape(go_pointer(field), "a.Value", "guarded#0(#1)");
	assert_shape(go_pointer(list), "a.Value", "guarded#0(#1)");
	assert_shape(go_pointer(pair), "a", "*#0({value:guarded#1(bytes#2,#3) key:bytes#4,#5})");
	assert_shape(go_pointer(number), "a", "*#0({Key:#1 Value:#2})");
	assert_shape_in(ask_openly(go_pointer(field), "a.Value"), "{a.Value:#0}");
}

/* ---- values of which only the type is shown ---- */

/* Only the pointer to such a value is read. A field of the value can still be captured. */
static void hides_the_inside(void **state)
{
	const struct type *bytes = go_slice(go_basic("uint8"));
	const struct type *reader =
		GO_STRUCT("bufio.Reader", { "buf", bytes }, { "r", go_basic("int") });
	const struct type *pointer = go_pointer(reader);
	const struct type *conn = GO_STRUCT("main.Conn", { "ID", go_basic("int") }, { "R", reader },
					    { "P", pointer });
	const struct type *any = go_interface("interface {}", false);

	assert_shape(pointer, "a", "*#0(opaque#1 *bufio.Reader)");
	assert_shape(go_pointer(pointer), "a", "*#0(*#1(opaque#2 **bufio.Reader))");
	assert_shape(reader, "a", "opaque#0 bufio.Reader");
	assert_shape(go_pointer(conn), "a",
		     "*#0({ID:#1 R:opaque#2 bufio.Reader P:*#3(opaque#4 *bufio.Reader)})");
	assert_shape(go_slice(reader), "a[1]", "opaque#0 bufio.Reader");
	assert_shape(go_named("crypto/ed25519.PrivateKey", bytes), "a",
		     "opaque#0 crypto/ed25519.PrivateKey");
	assert_shape(pointer, "a.buf", "bytes#0,#1");
	assert_shape(GO_STRUCT("bufio.none", { NULL }), "a", "{}");
	/* The pointers in front of an interface do not count as pointers of the value in it. */
	go_know(&binary, pointer, 13);
	assert_shape(go_pointer(any), "a.(*bufio.Reader)", "*#0(opaque#1 *bufio.Reader)");
}

/* The user requests that only the type is shown. */
static void shows_the_type_alone(void **state)
{
	static const struct site site = { .goroutine_register = 1 };
	struct go_version version = { .number = GO_VERSION(25, 0) };
	const struct parameter parameter = { .name = "p", .type = go_slice(go_basic("uint8")) };
	struct signature signature = { .parameters = &parameter, .parameter_count = 1 };
	struct scope scope = { convention_of(MACHINE_AMD64, &version), &version, &binary,
			       &signature, &site };
	struct expression expressions[2];
	struct value_request values[] = { { .expression = &expressions[0], .shows_type = true },
					  { .expression = &expressions[1] } };
	struct plan_builder builder = { 0 };
	struct writer writer = { 0 };
	struct shape shape;

	assert_int_equal(expression_parse("p", &expressions[0], NULL), 0);
	assert_int_equal(expression_parse("q=p", &expressions[1], NULL), 0);
	assert_int_equal(shape_create(&scope, values, 2, usual, &builder, &shape, NULL, NULL), 0);
	writer.shape = &shape;
	write_node(&writer, shape.nodes);
	assert_string_equal(writer.text, "{p:opaque#0 []uint8 q:bytes#1,#2}");
	shape_finish(&shape);
}

static int find_integer(const struct answer *answer, size_t count, const struct value_step *steps)
{
	return shape_find_integer(&answer->shape, steps, count, &answer->builder);
}

#define FIND(answer, ...)                                                                      \
	find_integer(answer,                                                                   \
		     sizeof((struct value_step[]){ __VA_ARGS__ }) / sizeof(struct value_step), \
		     (struct value_step[]){ __VA_ARGS__ })

/* Through structs, pointers and elements; not where the value decides what is there, and only integers. */
static void finds_integers(void **state)
{
	const struct type *price = GO_STRUCT("main.Money", { "Cents", go_basic("int64") },
					     { "Currency", go_basic("string") });
	const struct type *item = GO_STRUCT("main.Item", { "Price", go_pointer(price) },
					    { "Counts", go_slice(go_basic("int32")) },
					    { "Ratio", go_basic("float64") },
					    { "Ok", go_basic("bool") });
	struct answer answer;

	assert_int_equal(
		ask(&(struct question){ { go_pointer(item) }, { "a" }, usual }, &answer, NULL), 0);
	assert_true(FIND(&answer, { "a" }, { "Price" }, { "Cents" }) >= 0);
	assert_true(FIND(&answer, { "a" }, { "Counts" }, { NULL, 1 }) >
		    FIND(&answer, { "a" }, { "Counts" }, { NULL, 0 }));
	assert_int_equal(FIND(&answer, { "a" }, { "Counts" }, { NULL, -1 }), -ENOENT);
	assert_int_equal(FIND(&answer, { "a" }, { "Counts" }, { NULL, 1000 }), -ENOENT);
	assert_int_equal(FIND(&answer, { "a" }, { "Counts" }, { "0" }), -ENOENT);
	assert_int_equal(FIND(&answer, { "a" }, { "Price" }, { "Currency" }), -ENOENT);
	assert_int_equal(FIND(&answer, { "a" }, { "Price" }), -ENOENT);
	assert_int_equal(FIND(&answer, { "a" }, { "Price" }, { NULL, 0 }), -ENOENT);
	assert_int_equal(FIND(&answer, { "a" }, { "Ratio" }), -ENOENT);
	assert_int_equal(FIND(&answer, { "a" }, { "Ok" }), -ENOENT);
	assert_int_equal(FIND(&answer, { "a" }, { "Nothing" }, { "Cents" }), -ENOENT);
	assert_int_equal(FIND(&answer, { "b" }), -ENOENT);
	shape_finish(&answer.shape);
	assert_int_equal(FIND(&answer, { "a" }), -ENOENT);
}

static void reads_nothing_of_the_inside(void **state)
{
	const struct type *reader =
		GO_STRUCT("bufio.Reader", { "buf", go_slice(go_basic("uint8")) });
	static const struct site site = { 0 };
	struct answer answer;
	struct plan plan;

	assert_int_equal(ask(&(struct question){ { go_pointer(reader) }, { "a" }, usual }, &answer,
			     NULL),
			 0);
	assert_int_equal(plan_compile(&answer.builder, &site, PLAN_ROLE_CALL, 64, &plan, NULL), 0);
	for (uint32_t i = 0; i < plan.operation_count; i++)
		assert_int_equal(plan.operations[i].code, PLAN_SCALAR);
	shape_finish(&answer.shape);
}

/* A field that a binary lacks is an error; with allows_missing it is a gap. */
static void missing_fields_become_gaps(void **state)
{
	struct shape_bounds allows_missing = usual;

	allows_missing.allows_missing = true;
	assert_refused(go_basic("int"), "a.B", -ENOENT, "no fields");
	assert_shape_in((struct question){ { go_basic("int") }, { "a.B", "a" }, allows_missing },
			"{a.B:null a:#0}");
	assert_shape_in((struct question){ { go_basic("int") }, { "x", "a" }, allows_missing },
			"{x:null a:#0}");
}

/* ---- interfaces ---- */

static const struct type *shape_type, *circle_pointer, *square;

static void make_shapes(void)
{
	binary = (struct types){ 0 };
	square = GO_STRUCT("main.Square", { "Side", go_basic("int") },
			   { "Name", go_basic("string") });
	circle_pointer = go_pointer(GO_STRUCT("main.Circle", { "Name", go_basic("string") }));
	shape_type = go_interface("main.Shape", true);
	go_know(&binary, square, 11);
	go_know(&binary, circle_pointer, 12);
	go_pair(&binary, shape_type, square);
	go_pair(&binary, shape_type, circle_pointer);
}

static void shapes_interfaces(void **state)
{
	make_shapes();
	assert_shape(shape_type, "a",
		     "any#0,#1,#2<main.Square {Side:#3 Name:#4}|*main.Circle *#5({Name:#6})>");
	assert_shape(shape_type, "a.(main.Square)", "{Side:#0 Name:#1}");
	/* No type is known to be converted to this interface. */
	assert_shape(go_interface("main.Other", true), "a", "any#0,#1,#2<>");
	/* The bounds limit how many types are captured; other types are still shown by name. */
	assert_shape_in((struct question){ { shape_type }, { "a" }, { .depth = 4, .types = 1 } },
			"{a:any#0,#1,#2<main.Square {Side:#3 Name:#4}>}");
	/* The depth does not suffice for the value in the interface. */
	assert_shape_in((struct question){ { shape_type }, { "a" }, { .depth = 0 } },
			"{a:any#0,#1,#2<>}");
	/* A type without a descriptor cannot be recognized, so it is left out. */
	binary.known[0].hash = 0;
	assert_shape(shape_type, "a", "any#0,#1,#2<*main.Circle *#3({Name:#4})>");
}

static const struct type *user_pointer, *order_pointer;

static void make_instances(void)
{
	binary = (struct types){ 0 };
	user_pointer = go_pointer(GO_STRUCT("main.User", { "Name", go_basic("string") }));
	order_pointer = go_pointer(
		GO_STRUCT("main.Order", { "ID", go_basic("int") }, { "Token", go_basic("int") }));
	go_know(&binary, user_pointer, 21);
	go_know(&binary, order_pointer, 22);
	binary.instances[0] = user_pointer;
	binary.instances[1] = order_pointer;
	binary.instance_count = 2;
}

static void assert_instance(const struct type *type, const char *expression,
			    struct shape_bounds bounds, const char *wanted)
{
	char text[1024];

	snprintf(text, sizeof(text), "{%s:%s}", expression, wanted);
	assert_shape_in((struct question){ { type }, { expression }, bounds, .is_shared = true },
			text);
}

static void tells_instances_apart(void **state)
{
	const struct type *any = go_any_pointer();
	struct shape_bounds one = usual;

	make_instances();
	assert_instance(any, "a", usual,
			"instance#0,#1<*main.User *#2({Name:#3})|*main.Order *#4({ID:#5 "
			"Token:secret#6})| null>");
	assert_instance(any, "a.Name", usual,
			"instance#0,#1<*main.User #2|*main.Order null| null>");
	/* A field may be secret in one instance and not in others. */
	assert_instance(any, "a.Token", usual,
			"instance#0,#1<*main.User null|*main.Order secret#2| null>");
	/* Of an instance that has no room or cannot be recognized, the address is shown. */
	one.types = 1;
	assert_instance(any, "a", one, "instance#0,#1<*main.User *#2({Name:#3})| #4>");
	go_know(&binary, binary.instances[2] = go_pointer(go_basic("int")), 22);
	binary.instance_count = 3;
	assert_instance(any, "a", usual, "instance#0,#1<*main.User *#2({Name:#3})| #4>");
}

/* The dictionary is a parameter. Its third word points to the type descriptor, which contains the hash. */
static void reads_the_instance_from_the_dictionary(void **state)
{
	static const char *const ways[] = { "rbx", "rbx +16 +16" };
	struct question question = { { go_any_pointer() }, { "a" }, usual, .is_shared = true };
	struct go_version version = { .number = GO_VERSION(25, 0) };
	struct answer answer;
	char way[WAY_SIZE];

	make_instances();
	assert_int_equal(ask(&question, &answer, NULL), 0);
	for (int i = 0; i < 2; i++) {
		way_write(convention_of(MACHINE_AMD64, &version), &answer.builder,
			  &answer.builder.captures[i].place, way);
		assert_string_equal(way, ways[i]);
	}
	shape_finish(&answer.shape);
}

static void instances_that_are_not_known(void **state)
{
	const struct type *any = go_any_pointer();
	struct question question = { { any }, { "a.Colour" }, usual, .is_shared = true };
	struct error err = { 0 };
	struct answer answer;

	make_instances();
	assert_int_equal(ask(&question, &answer, &err), 0);
	assert_int_equal(answer.gaps.count, 1);
	shape_finish(&answer.shape);
	binary.instance_count = 0;
	assert_instance(any, "a", usual, "#0");
	/* The shape already says everything about the type. */
	make_instances();
	binary.instances[0] = go_basic("int");
	binary.instance_count = 1;
	go_know(&binary, binary.instances[0], 23);
	assert_instance(go_named("go.shape.int", go_basic("int")), "a", usual, "#0");
	assert_instance(go_named("go.shape.int_0", go_basic("int")), "a", usual, "#0");
	/* A type of another name needs the instance. */
	binary.instances[0] = go_named("time.Duration", go_basic("int"));
	go_know(&binary, binary.instances[0], 24);
	assert_instance(go_named("go.shape.int", go_basic("int")), "a", usual,
			"instance#0,#1<time.Duration duration#2| null>");
}

static void chooses_what_is_held(void **state)
{
	make_shapes();
	assert_shape(shape_type, "a.Name", "choice#0,#1<main.Square #2|*main.Circle #3>");
	assert_shape(shape_type, "a.Side", "choice#0,#1<main.Square #2|*main.Circle null>");
	assert_shape(go_pointer(shape_type), "a.Side",
		     "choice#0,#1<main.Square #2|*main.Circle null>");
	assert_shape(shape_type, "len(a.Name)", "choice#0,#1<main.Square #2|*main.Circle #3>");
	assert_refused(shape_type, "a.Colour", -ENOENT, "name the type");
	assert_refused(go_interface("main.Other", true), "a.Name", -ENOENT, "name the type");
	/* A word of the interface itself. */
	assert_shape(shape_type, "a.data", "#0");
}

static void shapes_any(void **state)
{
	const struct type *any = go_interface("interface {}", false);

	binary = (struct types){ 0 };
	go_know(&binary, go_basic("string"), 1);
	go_know(&binary, go_basic("int"), 2);
	go_know(&binary, go_basic("float64"), 0);
	assert_shape(any, "a", "any#0,#1,#2<string #3|int #4>");
}

static uint32_t interface_of(const struct type *interface)
{
	struct question question = { { interface }, { "a" }, usual };
	struct answer answer;
	uint32_t number;

	assert_int_equal(ask(&question, &answer, NULL), 0);
	number = answer.shape.nodes[1].interface;
	assert_true(shape_has_interfaces(&answer.shape));
	shape_finish(&answer.shape);
	return number;
}

/*
 * Types that an interface was seen to hold come before the types that it may hold, and do not count against
 * the bound.
 */
static void shapes_learned_types(void **state)
{
	const struct type *any = go_interface("interface {}", false),
			  *error = go_interface("error", true);
	struct learned_types learned = { .count = 0 };
	struct question question = { { any }, { "a" }, usual };

	binary = (struct types){ 0 };
	go_know(&binary, go_basic("string"), 1);
	go_know(&binary, go_basic("int8"), 2);
	go_know(&binary, go_basic("uint16"), 3);
	assert_int_not_equal(interface_of(any), interface_of(error));
	assert_true(learned_types_add(&learned, (struct learned_type){ interface_of(any), 3 }));
	assert_true(learned_types_add(&learned, (struct learned_type){ interface_of(any), 1 }));
	assert_true(learned_types_add(&learned, (struct learned_type){ interface_of(error), 2 }));
	/* A type that was already learned, and a type that the program does not have. */
	assert_false(learned_types_add(&learned, (struct learned_type){ interface_of(any), 3 }));
	assert_true(learned_types_add(&learned, (struct learned_type){ interface_of(any), 99 }));
	question.bounds.learned = &learned;
	assert_shape_in(question, "{a:any#0,#1,#2<uint16 #3|string #4>}");
	question.bounds.types = 0;
	assert_shape_in(question, "{a:any#0,#1,#2<uint16 #3|string #4>}");
	question.types[0] = error;
	assert_shape_in(question, "{a:any#0,#1,#2<int8 #3>}");
	question.types[0] = go_basic("int8");
	assert_shape_in(question, "{a:#0}");
}

static void bounds_learned_types(void **state)
{
	const struct learned_probe probes[] = {
		{ .entry = 16, .role = PLAN_ROLE_CALL },
		{ .entry = 16, .role = PLAN_ROLE_RETURN },
	};
	const struct learned_probes list = { probes, 2 };
	struct learned_types learned = { .count = 0 };

	for (uint32_t i = 0; i < LEARNED_TYPES_MAX; i++)
		assert_true(learned_types_add(&learned, (struct learned_type){ 1, i }));
	assert_false(learned_types_add(&learned, (struct learned_type){ 1, LEARNED_TYPES_MAX }));
	assert_int_equal(learned.count, LEARNED_TYPES_MAX);
	assert_ptr_equal(learned_probes_find(&list, 16, PLAN_ROLE_RETURN), &probes[1].types);
	assert_null(learned_probes_find(&list, 17, PLAN_ROLE_RETURN));
	assert_null(learned_probes_find(NULL, 16, PLAN_ROLE_CALL));
}

static void shapes_errors(void **state)
{
	const struct type *plain =
		go_pointer(GO_STRUCT("errors.errorString", { "s", go_basic("string") }));
	const struct type *wrapped =
		go_pointer(GO_STRUCT("fmt.wrapError", { "msg", go_basic("string") },
				     { "err", go_interface("error", true) }));
	const struct type *error = go_interface("error", true);

	binary = (struct types){ 0 };
	go_know(&binary, plain, 1);
	go_know(&binary, wrapped, 2);
	/*
	 * Errors of the standard library are shown by their texts, whether or not the linker saw a
	 * conversion.
	 */
	assert_shape(error, "a",
		     "any#0,#1,#2<*errors.errorString error#3(#4)|*fmt.wrapError error#5(#6)>");
	go_pair(&binary, error, plain);
	assert_shape(error, "a",
		     "any#0,#1,#2<*errors.errorString error#3(#4)|*fmt.wrapError error#5(#6)>");
}

/* Values without parts are shown even at the greatest depth. */
static void shapes_leaves_when_deep(void **state)
{
	const struct type *error = go_interface("error", true),
			  *any = go_interface("interface {}", false);
	const struct type *plain =
		go_pointer(GO_STRUCT("errors.errorString", { "s", go_basic("string") }));
	const struct type *other = go_pointer(GO_STRUCT("main.Error", { "Code", go_basic("int") }));

	binary = (struct types){ 0 };
	go_know(&binary, go_basic("string"), 1);
	go_know(&binary, plain, 2);
	go_know(&binary, other, 3);
	go_pair(&binary, error, other);
	assert_shape_in((struct question){ { any }, { "a" }, { .depth = 0, .types = 5 } },
			"{a:any#0,#1,#2<string #3>}");
	assert_shape_in((struct question){ { error }, { "a" }, { .depth = 0, .types = 5 } },
			"{a:any#0,#1,#2<*errors.errorString error#3(#4)>}");
	/* At that depth the parts of a value in an interface are not shown. */
	assert_shape_in((struct question){ { error }, { "a" }, { .depth = 1, .types = 5 } },
			"{a:any#0,#1,#2<*errors.errorString error#3(#4)|*main.Error *#5({...})>}");
}

/* Two types with the same hash cannot be distinguished. */
static void tells_no_types_of_one_hash(void **state)
{
	make_shapes();
	binary.names = type_names_create();
	assert_non_null(binary.names);
	assert_int_equal(type_names_add(binary.names, binary.known[0].hash, "main.Square"), 0);
	assert_int_equal(type_names_add(binary.names, binary.known[0].hash, "main.Other"), 0);
	type_names_sort(binary.names);
	assert_shape(shape_type, "a", "any#0,#1,#2<*main.Circle *#3({Name:#4})>");
	assert_shape(shape_type, "a.Name", "choice#0,#1<*main.Circle #2>");
	type_names_release(binary.names);
	binary.names = NULL;
}

/* ---- errors ---- */

static void refuses_wrong_expressions(void **state)
{
	const struct type *integer = go_basic("int");

	assert_refused(integer, "a.", -EINVAL, "a name");
	assert_refused(integer, "b", -ENOENT, "no parameter");
	assert_refused(integer, "a.B", -ENOENT, "no fields");
	assert_refused(integer, "a[0]", -EINVAL, "cannot be indexed by a number");
	assert_refused(integer, "a.(string)", -EINVAL, "not an interface");
}

/* A pointer to an unknown type is shown as an address, and that is noted. */
static void shows_any_pointers_as_addresses(void **state)
{
	static const struct type any = { .kind = TYPE_POINTER,
					 .name = "go.shape.*uint8",
					 .size = 8,
					 .is_any_pointer = true,
					 .complete = true };
	const struct type *holder =
		GO_STRUCT("main.Holder", { "P", &any }, { "N", go_basic("int") });
	struct question question = { { &any, go_slice(&any), go_pointer(holder), go_basic("int") },
				     { NULL },
				     usual };
	struct answer answer;

	assert_shape_in(question, "{a:#0 b:slice#1,#2[#3 #4 #5] c:*#6({P:#7 N:#8}) d:#9}");
	assert_int_equal(ask(&question, &answer, NULL), 0);
	assert_true(answer.gaps.has_any_pointers);
	shape_finish(&answer.shape);
	question = (struct question){ { &any, go_basic("int") }, { "b" }, usual };
	assert_int_equal(ask(&question, &answer, NULL), 0);
	assert_false(answer.gaps.has_any_pointers);
	shape_finish(&answer.shape);
	question.expressions[0] = "a.Name";
	assert_int_equal(ask(&question, &answer, &(struct error){ 0 }), 0);
	assert_int_equal(answer.gaps.count, 1);
	assert_int_equal(answer.shape.nodes[1].kind, SHAPE_NULL);
	shape_finish(&answer.shape);
}

/* Captures for which a plan has no room appear as cut. */
static void leaves_out_what_exceeds_the_limit(void **state)
{
	struct question question = { { go_basic("int"), go_basic("int") },
				     { "b", "x=a", "a" },
				     { .has_limit = true, .limit = 1 } };
	struct answer answer;

	assert_int_equal(ask(&question, &answer, NULL), 0);
	assert_int_equal(answer.shape.node_count, 4);
	assert_int_equal(answer.builder.capture_count, 1);
	assert_int_equal(answer.shape.nodes[1].kind, SHAPE_CELL);
	assert_false(answer.shape.nodes[1].cut);
	for (size_t i = 2; i < 4; i++) {
		assert_int_equal(answer.shape.nodes[i].kind, SHAPE_NULL);
		assert_true(answer.shape.nodes[i].cut);
	}
	assert_string_equal(shape_name(&answer.shape, &answer.shape.nodes[2]), "x");
	assert_string_equal(shape_name(&answer.shape, &answer.shape.nodes[3]), "a");
	shape_finish(&answer.shape);
}

/* The result is the same if the caller does not want the gaps. */
static void needs_no_gaps(void **state)
{
	struct go_version version = { .number = GO_VERSION(25, 0) };
	struct parameter parameter = { .name = "a", .type = go_basic("float64") };
	struct signature signature = { .parameters = &parameter, .parameter_count = 1 };
	static const struct site site;
	struct scope scope = { convention_of(MACHINE_AMD64, &version), &version, &binary,
			       &signature, &site };
	struct expression expression;
	const struct value_request value = { .expression = &expression };
	struct plan_builder builder = { 0 };
	struct shape shape;

	assert_int_equal(expression_parse("a", &expression, NULL), 0);
	assert_int_equal(shape_create(&scope, &value, 1, usual, &builder, &shape, NULL, NULL), 0);
	assert_int_equal(shape.node_count, 2);
	assert_int_equal(shape.nodes[1].kind, SHAPE_NULL);
	shape_finish(&shape);
	shape_finish(&shape);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_cells_hold),
		cmocka_unit_test(shapes_plain_values),
		cmocka_unit_test(shapes_bytes),
		cmocka_unit_test(shapes_times),
		cmocka_unit_test(shapes_zones),
		cmocka_unit_test(shapes_uuids),
		cmocka_unit_test(shapes_addresses),
		cmocka_unit_test(shapes_netip),
		cmocka_unit_test_teardown(shapes_old_netip, forget_types),
		cmocka_unit_test(shapes_integers),
		cmocka_unit_test(shapes_urls),
		cmocka_unit_test(hides_parts_of_urls),
		cmocka_unit_test_teardown(shapes_atomics, forget_types),
		cmocka_unit_test(shapes_nullables),
		cmocka_unit_test(shapes_structs),
		cmocka_unit_test(shapes_lists),
		cmocka_unit_test(shapes_measures),
		cmocka_unit_test(shapes_type_names),
		cmocka_unit_test(measures_the_right_word),
		cmocka_unit_test(shapes_all_parameters),
		cmocka_unit_test(notes_gaps),
		cmocka_unit_test(leaves_out_what_is_hidden),
		cmocka_unit_test(bounds_the_depth),
		cmocka_unit_test(bounds_the_width),
		cmocka_unit_test(bounds_the_fields),
		cmocka_unit_test(bounds_the_recursion),
		cmocka_unit_test(refuses_what_does_not_fit),
		cmocka_unit_test(hides_by_key),
		cmocka_unit_test(hides_by_field),
		cmocka_unit_test(reads_nothing_of_secrets),
		cmocka_unit_test(ignores_entries_after_the_last_step),
		cmocka_unit_test(hides_by_globs),
		cmocka_unit_test(hides_by_what_is_beside),
		cmocka_unit_test_teardown(hides_the_inside, forget_types),
		cmocka_unit_test(shows_the_type_alone),
		cmocka_unit_test(finds_integers),
		cmocka_unit_test(reads_nothing_of_the_inside),
		cmocka_unit_test(missing_fields_become_gaps),
		cmocka_unit_test(shapes_interfaces),
		cmocka_unit_test(chooses_what_is_held),
		cmocka_unit_test(tells_instances_apart),
		cmocka_unit_test(reads_the_instance_from_the_dictionary),
		cmocka_unit_test(instances_that_are_not_known),
		cmocka_unit_test(shapes_any),
		cmocka_unit_test(shapes_learned_types),
		cmocka_unit_test(bounds_learned_types),
		cmocka_unit_test(shapes_errors),
		cmocka_unit_test(shapes_leaves_when_deep),
		cmocka_unit_test(tells_no_types_of_one_hash),
		cmocka_unit_test(refuses_wrong_expressions),
		cmocka_unit_test(shows_any_pointers_as_addresses),
		cmocka_unit_test(leaves_out_what_exceeds_the_limit),
		cmocka_unit_test(needs_no_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, forget_types);
}

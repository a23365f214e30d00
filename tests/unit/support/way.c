/* SPDX-License-Identifier: MIT */
#include "way.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct writer {
	const struct convention *convention;
	const struct plan_builder *builder;
	char *text;
	size_t used;
};

static void write_place(struct writer *writer, const struct plan_place *place);

__attribute__((format(printf, 2, 3))) static void write_text(struct writer *writer,
							     const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	writer->used +=
		vsnprintf(writer->text + writer->used, WAY_SIZE - writer->used, format, arguments);
	va_end(arguments);
	if (writer->used >= WAY_SIZE)
		writer->used = WAY_SIZE - 1;
}

static void write_registers(struct writer *writer, const struct plan_place *place)
{
	for (uint8_t i = 0; i < place->word_count; i++)
		write_text(writer, "%s%s", i ? ", " : "",
			   convention_register_name(writer->convention, place->words[i]));
}

static void write_gate(struct writer *writer, const struct plan_source *condition)
{
	write_text(writer, " if(");
	write_place(writer, &condition->place);
	write_text(writer, " %s %u)", condition->comparison == PLAN_ABOVE ? ">" : "=",
		   condition->constant);
}

static void write_source(struct writer *writer, const struct plan_source *source)
{
	write_place(writer, &source->place);
	if (source->kind == PLAN_SOURCE_ENTRY && source->pass_over)
		write_text(writer, " find(%u, %u)", source->search, source->pass_over);
	else if (source->kind == PLAN_SOURCE_ENTRY)
		write_text(writer, " find(%u)", source->search);
}

static void write_place(struct writer *writer, const struct plan_place *place)
{
	if (place->source == PLAN_REGISTERS) {
		write_registers(writer, place);
	} else {
		write_source(writer, &writer->builder->sources[place->source]);
		write_text(writer, " %+d", place->displacement);
	}
	if (place->gate != PLAN_NO_GATE)
		write_gate(writer, &writer->builder->sources[place->gate]);
}

void way_write(const struct convention *convention, const struct plan_builder *builder,
	       const struct plan_place *place, char text[static WAY_SIZE])
{
	struct writer writer = { convention, builder, text, 0 };

	text[0] = '\0';
	write_place(&writer, place);
}

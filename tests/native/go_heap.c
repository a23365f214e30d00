/* SPDX-License-Identifier: MIT */
#include "go_heap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "go_map.h"
#include "interface_words.h"

/* Nothing is ever mapped here. */
static const uint64_t GONE = UINT64_C(0x7f0000000000);

enum { WORD = 8, TABLE_SIZE = 32, DESCRIPTOR_SIZE = 48, CHANNEL_SIZE = 96 };

static void put_word(struct go_heap *heap, uint64_t address, uint64_t word)
{
	fake_memory_put(heap->memory, address, word, WORD);
}

uint64_t go_heap_place(struct go_heap *heap, const struct go_value *value)
{
	uint64_t address = fake_memory_place(heap->memory, value->type->size);

	if (value->label != GO_NO_LABEL)
		heap->labels[value->label] = address;
	go_heap_write(heap, value, address);
	return address;
}

static void write_real(struct go_heap *heap, double value, uint64_t size, uint64_t address)
{
	float single = (float)value;
	uint64_t bits = 0;

	if (size == sizeof(single))
		memcpy(&bits, &single, sizeof(single));
	else
		memcpy(&bits, &value, sizeof(value));
	fake_memory_put(heap->memory, address, bits, size);
}

/* Writes the words of a string, or of a slice whose capacity is one more than its length. */
static void write_view(struct go_heap *heap, const struct type *type, uint64_t to, uint64_t length,
		       uint64_t address)
{
	put_word(heap, address, to);
	put_word(heap, address + WORD, length);
	if (type->kind == TYPE_SLICE)
		put_word(heap, address + 2 * WORD, to ? length + 1 : 0);
}

static void write_text(struct go_heap *heap, const struct go_value *value, uint64_t address)
{
	uint64_t to = fake_memory_place(heap->memory, value->size);

	memcpy(fake_memory_at(heap->memory, to, value->size), value->text, value->size);
	write_view(heap, value->type, to, value->size, address);
}

static void write_slice(struct go_heap *heap, const struct go_value *value, uint64_t address)
{
	uint64_t size = value->type->element->size;
	uint64_t to = fake_memory_place(heap->memory, value->count * size);

	for (size_t i = 0; i < value->count; i++)
		go_heap_write(heap, &value->parts[i], to + i * size);
	write_view(heap, value->type, to, value->count, address);
}

/* Places a type descriptor, or an itab that points to one; returns its address. */
static uint64_t place_type_word(struct go_heap *heap, const struct type *interface, uint32_t hash)
{
	uint64_t descriptor = fake_memory_place(heap->memory, DESCRIPTOR_SIZE), table;

	fake_memory_put(heap->memory, descriptor + INTERFACE_TYPE_HASH, hash, 4);
	if (strcmp(interface->fields[0].name, "tab") != 0)
		return descriptor;
	table = fake_memory_place(heap->memory, TABLE_SIZE);
	put_word(heap, table + INTERFACE_TABLE_TYPE, descriptor);
	return table;
}

static void write_held(struct go_heap *heap, const struct go_value *value, uint64_t address)
{
	const struct go_value *held = &value->parts[0];
	struct runtime_type runtime;

	if (types_runtime(heap->types, held->type, &runtime, NULL) < 0) {
		fprintf(stderr, "no interface holds a %s\n", held->type->name);
		abort();
	}
	put_word(heap, address, place_type_word(heap, value->type, runtime.hash));
	if (runtime.is_direct)
		go_heap_write(heap, held, address + WORD);
	else
		put_word(heap, address + WORD, go_heap_place(heap, held));
}

/* A channel holds `integer` values, and has room for one more. */
static void write_channel(struct go_heap *heap, const struct go_value *value, uint64_t address)
{
	uint64_t channel = fake_memory_place(heap->memory, CHANNEL_SIZE);

	put_word(heap, channel, value->integer);
	put_word(heap, channel + WORD, value->integer + 1);
	put_word(heap, address, channel);
}

static void write_number(struct go_heap *heap, const struct go_value *value, uint64_t address)
{
	if (value->type->kind == TYPE_CHAN)
		write_channel(heap, value, address);
	else
		fake_memory_put(heap->memory, address, value->integer, value->type->size);
}

/* Writes pointers to unmapped memory: a pointer, a string with its length, or both words of an interface. */
static void write_gone(struct go_heap *heap, const struct go_value *value, uint64_t address)
{
	if (value->type->kind == TYPE_STRING || value->type->kind == TYPE_SLICE) {
		write_view(heap, value->type, GONE, value->integer, address);
		return;
	}
	put_word(heap, address, GONE);
	if (value->type->kind == TYPE_INTERFACE)
		put_word(heap, address + WORD, GONE);
}

static void write_parts(struct go_heap *heap, const struct go_value *value, uint64_t address)
{
	const struct type *type = value->type;

	if (type->kind == TYPE_SLICE) {
		write_slice(heap, value, address);
	} else if (type->kind == TYPE_MAP) {
		put_word(heap, address, go_map_place(heap, value));
	} else {
		for (size_t i = 0; i < value->count; i++)
			go_heap_write(heap, &value->parts[i],
				      address + (type->kind == TYPE_STRUCT ?
							 type->fields[i].offset :
							 i * type->element->size));
	}
}

void go_heap_write(struct go_heap *heap, const struct go_value *value, uint64_t address)
{
	switch (value->form) {
	case GO_ZERO: /* memory is zeroed when it is placed */
		break;
	case GO_NUMBER:
		write_number(heap, value, address);
		break;
	case GO_REAL:
		write_real(heap, value->real, value->type->size, address);
		break;
	case GO_COMPLEX:
		write_real(heap, value->real, value->type->size / 2, address);
		write_real(heap, value->imaginary, value->type->size / 2,
			   address + value->type->size / 2);
		break;
	case GO_STRING:
		write_text(heap, value, address);
		break;
	case GO_GONE:
		write_gone(heap, value, address);
		break;
	case GO_TARGET:
		put_word(heap, address, go_heap_place(heap, &value->parts[0]));
		break;
	case GO_LABEL:
		put_word(heap, address, heap->labels[value->label]);
		break;
	case GO_PARTS:
		write_parts(heap, value, address);
		break;
	case GO_HELD:
		write_held(heap, value, address);
		break;
	}
}

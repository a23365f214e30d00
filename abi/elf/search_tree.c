/* SPDX-License-Identifier: MIT */
/*
 * Two functions that libelf.a of elfutils 0.192 (Debian 13) calls and does not contain. Their tree is that of
 * elf_getdata_rawchunk(), which nobody here calls: it stays empty, so there is nothing to set up or to free.
 */
struct search_tree;

void eu_search_tree_init(struct search_tree *tree);
void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *));

void eu_search_tree_init(struct search_tree *tree)
{
}

void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *))
{
}

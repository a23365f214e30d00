/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <stdio.h>
#include <time.h>

#include "duration_text.h"
#include "heat_map.h"
#include "html.h"

static const char HEAD[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";

static const char STYLE[] =
	"<style>\n"
	":root { color-scheme: light dark; --back: #fff; --text: #1c1c1c; --faint: #6b6b6b; --line: #ddd; "
	"--served: 31, 97, 165; --failed: 190, 40, 40; }\n"
	"@media (prefers-color-scheme: dark) { :root { --back: #16181c; --text: #e6e6e6; --faint: #9a9a9a; "
	"--line: #33373e; --served: 110, 175, 245; --failed: 240, 110, 110; } }\n"
	"body { background: var(--back); color: var(--text); font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; "
	"max-width: 70em; padding: 0 1em; }\n"
	"h1 { font-size: 1.4em; } h2 { font-size: 1.1em; margin-top: 2em; }\n"
	"p, small, .faint { color: var(--faint); }\n"
	"table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }\n"
	"th, td { border-bottom: 1px solid var(--line); padding: .25em .6em; text-align: left; "
	"overflow-wrap: anywhere; }\n"
	"th.n, td.n { text-align: right; white-space: nowrap; }\n"
	".bad { color: rgb(var(--failed)); }\n"
	"svg text { fill: var(--faint); font-size: 11px; }\n"
	"svg.map, svg.bars { width: 100%; }\n"
	"details { border-bottom: 1px solid var(--line); padding: .3em 0; } summary { cursor: pointer; "
	"overflow-wrap: anywhere; }\n"
	".bar { fill: rgb(var(--served)); } .made { fill: rgba(var(--served), .5); } "
	".bar.x, .made.x { fill: rgb(var(--failed)); }\n";

enum { SHADES = 8, BAR_HEIGHT = 14, BAR_STEP = 20, BARS_WIDTH = 1000, LABEL = 420 };

static void write_shades(struct text_buffer *text)
{
	for (int shade = 1; shade <= SHADES; shade++) {
		double opacity = 0.15 + 0.85 * (shade - 1) / (SHADES - 1);

		text_buffer_print(text, ".s%d { fill: rgba(var(--served), %.2f); } ", shade,
				  opacity);
		text_buffer_print(text, ".f%d { fill: rgba(var(--failed), %.2f); }\n", shade,
				  opacity);
	}
}

/* ---- by route ---- */

static void write_number(struct text_buffer *text, const char *number, bool is_bad)
{
	html_markup(text, is_bad ? "<td class=\"n bad\">" : "<td class=\"n\">");
	html_text(text, number);
	html_markup(text, "</td>");
}

static void write_percentile(struct text_buffer *text, const struct histogram *durations,
			     double percent)
{
	write_number(text,
		     durations->count ?
			     duration_text((int64_t)histogram_percentile(durations, percent)).text :
			     "-",
		     false);
}

static void write_text_cell(struct text_buffer *text, const char *value)
{
	html_markup(text, "<td>");
	html_text(text, value);
	html_markup(text, "</td>");
}

static void write_row(struct text_buffer *text, const struct summary_row *row)
{
	char number[32];

	html_markup(text, "<tr>");
	write_text_cell(text, row->service);
	snprintf(number, sizeof(number), "%s%.20s", row->is_client ? "→" : "", row->method);
	write_text_cell(text, number);
	write_text_cell(text, row->route);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)row->requests);
	write_number(text, number, false);
	snprintf(number, sizeof(number), "%.1f%%",
		 row->requests ? 100.0 * (double)row->failed / (double)row->requests : 0);
	write_number(text, number, row->failed > 0);
	write_percentile(text, &row->durations, 50);
	write_percentile(text, &row->durations, 90);
	write_percentile(text, &row->durations, 99);
	write_percentile(text, &row->durations, 100);
	html_markup(text, "</tr>\n");
}

static void write_routes(struct text_buffer *text, struct summary *summary)
{
	size_t count;
	const struct summary_row *const *rows = summary_rows(summary, &count);

	html_markup(text, "<h2>By route</h2>\n<table><thead><tr><th>Service</th><th>Method</th>"
			  "<th>Route</th><th class=\"n\">Requests</th><th class=\"n\">Failed</th>"
			  "<th class=\"n\">p50</th><th class=\"n\">p90</th><th class=\"n\">p99</th>"
			  "<th class=\"n\">Max</th></tr></thead><tbody>\n");
	for (size_t i = 0; rows && i < count; i++)
		write_row(text, rows[i]);
	html_markup(text, "</tbody></table>\n");
	text->failed |= !rows;
}

/* ---- the slowest ---- */

/* Draws a bar for the time of a request within that of another one. */
static void write_bar(struct text_buffer *text, const struct page_request *request,
		      const struct page_request *within, size_t line)
{
	double scale = within->duration > 0 ? (double)BARS_WIDTH / (double)within->duration : 0;
	double x = (double)(request->time - within->time) * scale;
	double width = request->duration > 0 ? (double)request->duration * scale : 0;
	double begin = x < 0 ? 0 : x > BARS_WIDTH ? BARS_WIDTH : x;
	double end = x + width > BARS_WIDTH ? BARS_WIDTH : x + width;
	int y = (int)line * BAR_STEP;

	text_buffer_print(text,
			  "<rect class=\"%s%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
			  line ? "made" : "bar", request->failed ? " x" : "", LABEL + begin, y,
			  end - begin > 2 ? end - begin : 2, BAR_HEIGHT);
	text_buffer_print(text, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LABEL - 8,
			  y + BAR_HEIGHT - 3);
	html_text(text, request->is_client ? "→" : "");
	html_text(text, request->method);
	html_markup(text, " ");
	html_text(text, request->path);
	html_markup(text, " ");
	html_text(text, request->duration < 0 ? "-" : duration_text(request->duration).text);
	html_markup(text, "</text>");
}

static void write_waterfall(struct text_buffer *text, const struct page_slow *slow)
{
	text_buffer_print(text, "<svg class=\"bars\" viewBox=\"0 0 %d %zu\" role=\"img\">",
			  LABEL + BARS_WIDTH, (slow->made_count + 1) * BAR_STEP);
	write_bar(text, &slow->request, &slow->request, 0);
	for (size_t i = 0; i < slow->made_count; i++)
		write_bar(text, &slow->made[i], &slow->request, i + 1);
	html_markup(text, "</svg>");
}

struct clock_label {
	char text[40];
};

static struct clock_label label_of(int64_t time)
{
	time_t second = time / 1000000000;
	struct clock_label label;
	struct tm date;

	localtime_r(&second, &date);
	strftime(label.text, sizeof(label.text), "%Y-%m-%d %H:%M:%S", &date);
	return label;
}

static void write_slow(struct text_buffer *text, const struct page_slow *slow)
{
	const struct page_request *request = &slow->request;

	html_markup(text, "<details><summary>");
	html_text(text, duration_text(request->duration).text);
	html_markup(text, request->failed ? " <b class=\"bad\">" : " <b>");
	html_text(text, request->method);
	html_markup(text, " ");
	html_text(text, request->path);
	html_markup(text, "</b> ");
	if (request->status >= 0)
		text_buffer_print(text, "%lld ", (long long)request->status);
	html_text(text, request->outcome);
	html_markup(text, " <small>");
	html_text(text, request->service);
	html_markup(text, ", ");
	html_text(text, label_of(request->time).text);
	text_buffer_print(text, ", %zu requests made for it</small></summary>", slow->made_count);
	write_waterfall(text, slow);
	html_markup(text, "</details>\n");
}

static void write_slowest(struct text_buffer *text, const struct page_data *data)
{
	size_t count;
	const struct page_slow *slowest = page_data_slowest(data, &count);

	html_markup(text, "<h2>The slowest</h2>\n");
	for (size_t i = 0; i < count; i++)
		write_slow(text, &slowest[i]);
}

/* ---- the page ---- */

static void write_span(struct text_buffer *text, const struct page_point *points, size_t count)
{
	int64_t first = points[0].time, last = first;

	for (size_t i = 1; i < count; i++) {
		first = points[i].time < first ? points[i].time : first;
		last = points[i].time > last ? points[i].time : last;
	}
	text_buffer_print(text, "<p>%zu %s served %s ", count,
			  count == 1 ? "request was" : "requests were",
			  first == last ? "at" : "from");
	html_text(text, label_of(first).text);
	if (first == last) {
		html_markup(text, ".</p>\n");
		return;
	}
	html_markup(text, " to ");
	html_text(text, label_of(last).text);
	html_markup(text, ".</p>\n");
}

void page_write(const struct page_data *data, const char *title, struct text_buffer *text)
{
	size_t count;
	const struct page_point *points = page_data_points(data, &count);

	html_markup(text, HEAD);
	html_markup(text, "<title>");
	html_text(text, title);
	html_markup(text, "</title>\n");
	html_markup(text, STYLE);
	write_shades(text);
	html_markup(text, "</style>\n</head>\n<body>\n<h1>");
	html_text(text, title);
	html_markup(text, "</h1>\n");
	if (count)
		write_span(text, points, count);
	if (page_data_lost(data))
		text_buffer_print(text,
				  "<p class=\"bad\">%llu were lost while this was recorded.</p>\n",
				  (unsigned long long)page_data_lost(data));
	html_markup(text, "<h2>Latency over time</h2>\n");
	heat_map_write(points, count, text);
	write_routes(text, page_data_summary(data));
	write_slowest(text, data);
	html_markup(text, "</body>\n</html>\n");
}

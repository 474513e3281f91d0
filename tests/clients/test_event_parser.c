/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/event_parser.h"
#include "tests/run.h"

#include <string.h>

static void note(void *context, const struct server_event *event)
{
    text_printf(context, "[%s|%s|%s]", event->id, event->type, event->data);
}

/* Fed in pieces of every size, since a network cuts where it likes. */
static void expect_events(const char *stream, const char *expected)
{
    size_t size = strlen(stream);
    for (size_t piece = 1; piece <= size; piece++) {
        struct text got TEXT_AUTO = {0};
        struct event_parser parser AUTO_CLEANUP(event_parser_clear) = {.take = note,
                                                                       .context = &got};
        for (size_t at = 0; at < size; at += piece)
            ck_assert(
                event_parser_feed(&parser, stream + at, size - at < piece ? size - at : piece));
        ck_assert_str_eq(text_string(&got), expected);
    }
}

START_TEST(events_come_whole_with_type_and_id)
{
    expect_events("id: 1\nevent: state\ndata: {\"a\": 1}\n\nid: 2\ndata: x\n\n",
                  "[1|state|{\"a\": 1}][2|message|x]");
}
END_TEST

START_TEST(lines_end_in_any_way)
{
    expect_events("data: a\r\n\r\ndata: b\r\rdata: c\n\n", "[|message|a][|message|b][|message|c]");
}
END_TEST

START_TEST(an_event_keeps_the_last_id)
{
    expect_events("id: 7\ndata: a\n\ndata: b\n\n", "[7|message|a][7|message|b]");
}
END_TEST

START_TEST(data_of_several_lines_is_joined)
{
    expect_events("data: a\ndata:b\ndata:  c\ndata\n\n", "[|message|a\nb\n c\n]");
}
END_TEST

START_TEST(comments_unknown_fields_and_events_without_data_are_passed_over)
{
    expect_events(": still here\n\nretry: 5\nfoo: bar\nevent: end\n\ndata: a\n\n", "[|message|a]");
}
END_TEST

START_TEST(what_is_cut_at_the_end_is_no_event)
{
    expect_events("data: a\n\ndata: b\n", "[|message|a]");
}
END_TEST

START_TEST(a_mark_of_byte_order_is_passed_over_at_the_beginning_alone)
{
    expect_events("\xEF\xBB\xBF"
                  "data: a\n\n\xEF\xBB\xBF"
                  "data: b\n\ndata: c\n\n",
                  "[|message|a][|message|c]");
}
END_TEST

START_TEST(a_line_without_end_is_refused)
{
    static char zeros[1 << 16];
    struct text got TEXT_AUTO = {0};
    struct event_parser parser AUTO_CLEANUP(event_parser_clear) = {.take = note, .context = &got};
    memset(zeros, 'x', sizeof zeros);
    int taken = 0;
    while (taken < 1000 && event_parser_feed(&parser, zeros, sizeof zeros))
        taken++;
    ck_assert_int_lt(taken, 100);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, events_come_whole_with_type_and_id);
    tcase_add_test(tests, lines_end_in_any_way);
    tcase_add_test(tests, an_event_keeps_the_last_id);
    tcase_add_test(tests, data_of_several_lines_is_joined);
    tcase_add_test(tests, comments_unknown_fields_and_events_without_data_are_passed_over);
    tcase_add_test(tests, what_is_cut_at_the_end_is_no_event);
    tcase_add_test(tests, a_mark_of_byte_order_is_passed_over_at_the_beginning_alone);
    tcase_add_test(tests, a_line_without_end_is_refused);
}

int main(void)
{
    return tests_run("event_parser", add_tests);
}

//! What parameters, members and header fields of lists are called, in snake case.

/// Parameters for the size of a page; the first name counts most, here and below.
pub(super) const SIZES: [&str; 27] = [
    "limit",
    "page_size",
    "per_page",
    "size",
    "max_results",
    "max_page_size",
    "top",
    "first",
    "take",
    "rows",
    "page_limit",
    "count",
    "results_per_page",
    "items_per_page",
    "max_items",
    "max",
    "maximum",
    "num",
    "pagesize",
    "perpage",
    "maxresults",
    "page_per",
    "n",
    "max_keys",
    "max_entries",
    "max_records",
    "num_results",
];
/// Parameters for the number of a page.
pub(super) const PAGES: [&str; 10] = [
    "page",
    "page_number",
    "page_no",
    "page_index",
    "page_num",
    "pagenumber",
    "current_page",
    "p",
    "pageno",
    "paged",
];
/// Parameters for how many items to pass over.
pub(super) const OFFSETS: [&str; 9] = [
    "offset",
    "skip",
    "start",
    "start_index",
    "startindex",
    "page_offset",
    "from",
    "start_at",
    "first_result",
];
/// Parameters for an opaque token.
pub(super) const TOKENS: [&str; 20] = [
    "continue",
    "page_token",
    "cursor",
    "next_token",
    "next_page_token",
    "continuation_token",
    "continuation",
    "next_cursor",
    "page_cursor",
    "pagetoken",
    "after",
    "page_after",
    "marker",
    "skip_token",
    "skiptoken",
    "start_cursor",
    "scroll_id",
    "pagination_token",
    "start_token",
    "bookmark",
];
/// Parameters for what the items follow.
pub(super) const AFTERS: [&str; 6] =
    ["starting_after", "after_id", "since_id", "start_after", "after", "page_after"];
/// Parameters for what the items come before.
pub(super) const BEFORES: [&str; 6] =
    ["ending_before", "before_id", "max_id", "end_before", "before", "page_before"];
/// Members that count the pages.
pub(super) const PAGE_COUNTS: [&str; 8] = [
    "pages",
    "total_pages",
    "page_count",
    "last_page",
    "pages_count",
    "num_pages",
    "totalpages",
    "number_of_pages",
];
/// Members that say whether more come.
pub(super) const MORE: [&str; 8] = [
    "has_more",
    "has_next",
    "has_next_page",
    "more",
    "is_truncated",
    "has_more_items",
    "hasmore",
    "more_results",
];
/// Members that repeat the number of the page.
pub(super) const PAGE_ECHOES: [&str; 7] =
    ["page", "current_page", "page_number", "number", "page_index", "page_no", "current"];
/// Members that repeat the size of the page.
pub(super) const SIZE_ECHOES: [&str; 6] =
    ["size", "per_page", "page_size", "limit", "items_per_page", "page_limit"];
/// Members with the token of the next page.
pub(super) const NEXT_TOKENS: [&str; 18] = [
    "continue",
    "after_cursor",
    "next_page_token",
    "next_cursor",
    "next_token",
    "continuation_token",
    "end_cursor",
    "cursor",
    "next_page",
    "next",
    "after",
    "next_marker",
    "marker",
    "continuation",
    "next_page_cursor",
    "next_continuation_token",
    "next_pagination_token",
    "bookmark",
];
/// Members with the token of the page before.
pub(super) const PREVIOUS_TOKENS: [&str; 8] = [
    "before_cursor",
    "previous_page_token",
    "prev_page_token",
    "previous_cursor",
    "prev_cursor",
    "previous",
    "prev",
    "before",
];
/// Members with the URL of the next page.
pub(super) const NEXT_URLS: [&str; 8] = [
    "next",
    "next_url",
    "next_link",
    "odata_next_link",
    "next_page_url",
    "next_page",
    "next_page_uri",
    "next_uri",
];
/// Members with the URL of the page before.
pub(super) const PREVIOUS_URLS: [&str; 9] = [
    "previous",
    "prev",
    "previous_url",
    "prev_url",
    "previous_page_url",
    "prev_page_url",
    "previous_page_uri",
    "prev_page_uri",
    "previous_uri",
];
/// Header fields with the total.
pub(super) const TOTAL_HEADERS: [&str; 6] = [
    "x_total_count",
    "x_total",
    "total_count",
    "x_total_results",
    "pagination_count",
    "x_pagination_total_count",
];
/// Header fields with the number of pages.
pub(super) const PAGES_HEADERS: [&str; 4] =
    ["x_total_pages", "x_page_count", "pagination_page_count", "x_pagination_page_count"];

#include "support/replay.hpp"

TEST_CASE("the corpus of logs is read without harm") { CHECK(touchstone::test::replay("reader") >= 8); }

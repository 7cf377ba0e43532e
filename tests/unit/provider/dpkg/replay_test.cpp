#include "support/replay.hpp"

TEST_CASE("the corpus of what dpkg, apt and archives give is read without harm") { CHECK(touchstone::test::replay("dpkg") >= 15); }

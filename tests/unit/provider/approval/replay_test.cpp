#include "support/replay.hpp"

TEST_CASE("the corpus of approvals and manifests is read without harm") { CHECK(touchstone::test::replay("approval") >= 3); }

// One function for each verb; each returns the exit status.
#pragma once

#include "arguments.hpp"
#include "session.hpp"

namespace touchstone::cli {

int run_verb(const Arguments& arguments);

int baseline_build(const Session& session);
int baseline_accept(const Session& session, const Arguments& arguments);
int baseline_diff(const Session& session, const Arguments& arguments);
int baseline_show(const Session& session, const Arguments& arguments);
int baseline_verify(const Session& session);
int check(const Session& session, const Arguments& arguments);
int status(const Session& session, const Arguments& arguments);
int explain(const Session& session, const Arguments& arguments);
int events(const Arguments& arguments);
int suggest(const Session& session, const Arguments& arguments);
int approve_sign(const Arguments& arguments);  // without a configuration: it runs elsewhere
int approve_submit(const Session& session, const Arguments& arguments);
int approve_list(const Session& session, const Arguments& arguments);
int config_check(const Session& session);
int config_show(const Session& session, const Arguments& arguments);
int evidence_apt(const Session& session, const Arguments& arguments);
int doctor(const Arguments& arguments);

}  // namespace touchstone::cli

// What matters about a path.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace touchstone {

enum class Profile { content, metadata, presence, log };
enum class Severity { low = 21, medium = 47, high = 73, critical = 99 };  // the numbers of ECS event.severity

// Whether changes of text are shown in the events.
enum class Diff { off, shown, private_too };  // private_too: also of what not everybody may read, and of what holds secrets by its name or content

std::string_view name_of(Profile profile);
std::string_view name_of(Severity severity);
std::string_view name_of(Diff diff);  // "off", "on", "private"

// One [[watch]]. Immutable once made; shared by everything that holds a finding of it.
struct Rule {
    std::string path;  // absolute, normalised; components may hold globs: /home/*/.ssh
    Profile profile = Profile::content;
    std::vector<std::string> exclude;  // globs; with a slash they match from the root, else any one component below `path`
    Severity severity = Severity::medium;
    std::vector<std::string> tags;
    Diff diff = Diff::off;  // profile content only
};
using RuleRef = std::shared_ptr<const Rule>;

}  // namespace touchstone

// A group of names to be judged, told in a few words.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "touchstone/judge.hpp"

namespace scene {

using namespace touchstone;

inline constexpr ActSet kCreated = bit(Act::created) | bit(Act::modified) | bit(Act::closed);
inline constexpr ActSet kWritten = bit(Act::modified) | bit(Act::closed);
inline constexpr ActSet kDeleted = bit(Act::deleted);
inline constexpr ActSet kMoved = bit(Act::moved);
inline constexpr ActSet kAttributes = bit(Act::attributes);
inline constexpr ActSet kLook = bit(Act::look);

WallTime at(int seconds);

// A file, its digest and size made of `content`; changed at the second `ctime`.
Attributes file(std::uint64_t inode, const std::string& content, int ctime = 100);
Attributes directory(std::uint64_t inode, int ctime = 100);
Attributes with_mode(Attributes attributes, std::uint32_t mode);
// A log of whole blocks, one for each letter, and a tail (one letter for each 100 bytes).
Attributes log(std::uint64_t inode, const std::string& whole, const std::string& tail = "", int ctime = 100);
Unreadable refused(int error, const std::string& attempted = "open");

class Scene {
public:
    Scene& rule(Profile profile, Severity severity = Severity::high);  // for the names that follow
    Scene& name(const std::string& path, ActSet acts);                 // starts a subject; nothing known, nothing there
    Scene& baseline(Look look);                                        // of the last name; as are the next
    Scene& reported(Look look, bool follows_baseline = false);
    Scene& now(Look look);
    Scene& held(bool held, std::uint64_t first_difference = 0);
    Scene& rotated_to(const std::string& path);
    Scene& rotated_from(const std::string& path);
    Scene& dropped();
    Scene& claim(Claim::Word word, const std::string& provider, std::vector<std::string> covers = {"*"}, bool weak = false);
    Scene& standing(Verdict verdict);  // of what was reported
    Scene& touched_at(int seconds);
    Scene& rename(const std::string& from, const std::string& to);
    Judgement judge() const;

    std::vector<Subject> group;
    std::vector<Rename> renames;

private:
    RuleRef rule_ = std::make_shared<Rule>(Rule{"/", Profile::content, {}, Severity::high, {}});
};

// "changed /a (b, c) via /t1 /t2; vanished /d": action, path, changed attributes, former path, via, others and flags of every finding.
std::string told(const Judgement& judgement);
// "/a known; /b absent; /c forget": what is to be remembered.
std::string remembered(const Judgement& judgement);

}  // namespace scene

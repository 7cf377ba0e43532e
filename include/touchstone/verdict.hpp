// Whether a change is legitimate, and by what that is known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace touchstone {

enum class Verdict {
    unexpected,  // nothing shows that it is legitimate
    expected,    // a rule, or what a package's own scripts do, says that this kind of change by this actor is normal here
    authorized,  // the object is exactly what a source of truth says it should be
};
std::string_view name_of(Verdict verdict);

// By what a verdict is given; it goes into the event. Text is UTF-8 or bytes; who prints it escapes it.
struct Evidence {
    std::string provider;     // "dpkg", "rpm", "ostree", "fs-verity", "ignition", "selinux", "approval", "expect"
    std::string source;       // what says it: "nginx 1.22.1-9 (amd64)", "commit 3f2a...", "approval 5c0e... (CHG-4711)"
    std::string signer;       // whose signature that bears: a key's fingerprint, and its name where known; "" when nobody signed it
    std::string reason;       // one phrase: "content, mode and owner are those of the package", "written by the script postinst of the package"
    bool weak = false;        // could be forged: an MD5 list, or nothing signs it
    std::string transaction;  // the id of the transaction it belongs to; "" when to none
    bool operator==(const Evidence&) const = default;
};

// What a source of truth says of one object as it is now.
struct Claim {
    enum class Word {
        vouches,      // it is what the source says it should be (of an absence: that it should be gone), in the attributes it covers
        explains,     // the source does not say what it should be, but accounts for this change: by this actor, at this place, it is normal
        contradicts,  // the source says that it should be otherwise; Evidence::reason says in what
        awaited,      // the source is being written just now, and may come to say something: ask again
        passing,      // a temporary name in the making of another object, in the hands of who makes that: worth a word only if it stays
    };
    Word word = Word::vouches;
    Evidence evidence;
    // Judged attributes that it speaks of, in the words of Change::attribute; "content" stands for size and digest, a `*` at the end for any end:
    // {"type", "mode", "uid", "gid", "content", "link_target", "link_count", "xattr.*"}. A finding is only settled by a claim that covers all it says.
    std::vector<std::string> covers;
    // It counts where another claim speaks of something that the finding says, and settles nothing by itself: a label may go along with what it is the label of.
    bool only_beside_others = false;
};

// One of Claim::covers speaks of the attribute, or of every attribute that another one of them speaks of.
bool covers(std::string_view pattern, std::string_view attribute);

// One of them does.
bool says(const std::vector<Claim>& claims, Claim::Word word);

}  // namespace touchstone

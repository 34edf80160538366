# what is common to two causes joins them once it is known
Talent, Looks, Fame: binary
{Talent, Looks} -> Fame
assert independent(Talent, Looks | Fame)

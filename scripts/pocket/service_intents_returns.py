"""Customers' intents about returns, warranty, repairs and changes to orders, in the notation of service_intents."""

TEXT = """
= return_window | s | the return period; how long a return is possible; the time limit for returns
~ refund_time return_cost return_condition exchange warranty
B: how long there is to return something; how many days the return period has; until when a thing can be sent back
D: return something after some time
Q:
how long do I have to (return|send back|bring back|give back) (something|{an}|my order|an item|it|things)?
how many (days|weeks) (do I have|have I got|are there) to (return|send back|bring back) (it|{an}|my order)?
(until when|till when|by when) can I (return|send back|bring back|give back) (it|my {item}|an order|things)?
can I (still|) (return|send back|bring back) {an} (after two weeks|after a month|after three weeks|I bought last month|from {month})?
what is (your|the) return (period|window|deadline|policy|time limit)?
what is the (deadline|time limit|last day) for (a return|returns|sending something back|bringing things back)?
I bought {an} (two|three|five|six) weeks ago, (can I still bring it back|is it too late to return it|may I still send it back|can it still go back).
is it too late to (return|send back|bring back) (my {item}|something from {month}|{an} I got three weeks ago)?
do I have (two weeks|a month|enough time) to (think it over|change my mind|decide if I keep it)?
I do not (like|want|need) (it|the {item}|my {item}) (any more|after all), (how long can I return it|till when can I send it back|how much time do I have).
when does (the|my) (return period|right to return|time to return) (end|run out|stop|start)?
within (how many days|what time|how long) (must|can|should) I (return|send back|bring back) (it|a purchase|the {item})?
(return|returns) (period|deadline|window|time limit)?
for how long (can|may) I (return|give back|bring back|take back) (things|goods|{an}|what I bought)?
how much time do I (have|get) (to return|to change my mind about|for sending back) {an}?
(can|may) I (bring|take) it back (next month|in two weeks|after my holiday|next {day})?
I will only be back in (two|three|four) weeks, (can I return the {item} then|is that too late for a return|will you still take it back)?
my {item} has been in the cupboard for (two|three) weeks, can I still (return|send back) it?
I changed my mind about (my|the) {item}, (is there still time|am I too late|how long can I do that).
do returns have to be (made|sent|done) within (a certain time|so many days|a week)?
does the (return time|return period|clock) start when (I order|I pay|it is delivered|I get the parcel)?
what if I notice after (three|four) weeks that I do not (want|like|need) {an}?
E return_cost return_condition exchange refund_time: (and how long do I have|and until when|and how many days do I have for that|how much time is there for that)?
* n=ndays
F: (returns are possible|goods can be returned|things can be sent back|you can return things) within {n}.
F: the return period is {n}.
A: you can return (it|things|your order) within {n}.
A: you have {n} to (send it back|return it|bring it back).
A: the return period is {n}.

= return_condition | s | the condition of returned goods; whether used things can be returned; the state for a return
~ return_window no_receipt return_cost warranty sale_items
B: in what condition things can be returned; whether a used thing can be returned; whether the packaging is needed for a return
D: return something that was used; return something without the box
Q:
can I (return|send back|bring back) (it|{an}|the {item}) if (I have used it|I have worn it|it is used|I took the label off|it has been opened)?
(does|must|should) (it|the {item}|a return) (have to be|be) (unused|new|in the original box|unworn|in the box|clean) (to send it back|for a return|)?
in (what|which) (condition|state) (must|should|does) (a return|it|the {item}) (be|have to be)?
do I (need|have to keep) the (original|) (box|packaging|packing|label|tags) (to return it|for a return|)?
I (threw away|no longer have|lost|tore) the (box|packaging|label|bag), (can I still return it|is a return still possible|does that matter)?
I have (worn|used|tried|washed) (it|the {item}) (once|twice|for a day|on one trip), (can I send it back|will you take it back|may I return it).
do you take back (used|worn|opened|unpacked|washed) (things|{pl}|goods)?
can I (try|test|use) {an} (at home|outside|for a day) and (then|still) (return|send back) it?
the (label|tag) is (off|cut off|gone), can (it|the {item}) (still|) go back?
will you (accept|take) a return (without the box|with signs of use|if the bag is open|that is a bit dirty)?
what are the (conditions|rules) for (a return|returns|sending something back)?
is (it|a return) (ok|fine|possible) when (the box is open|I have tried it on|it has been worn|I opened it)?
may I (open|unpack|try on) the (parcel|{item}) and still (send it back|return it)?
what (must|do) I (watch out for|pay attention to|look out for) when I (return|send back) (something|{an})?
can used {pl} be (returned|sent back|brought back|given back)?
I wore the {pl} (outside|in the rain|on a walk) and they (hurt|do not fit|are not comfortable). (can they go back|will you take them back)?
does it have to be (in its box|as new|unused|with labels)?
the {item} got (a bit dirty|wet|a small stain) when I tried it, (can I still return it|is that a problem for a return)?
must the (tags|labels) still be on (for a return|when I send it back|)?
E return_window return_cost: (and if I have used it|even without the box|and if it has been worn|does that hold for used things|even if I have opened it)?
* c=cond
F: returned goods must be {c}.
A: (it must|a return must) be {c}.
A: we take things back if they are {c}.
* 
F: (things|goods) may be (tried on|tried at home), but used goods are not taken back.
A: you may try it at home, but we cannot take back things that have been used.

= return_cost | s | the cost of a return; who pays return postage; the return label
~ return_window refund_time delivery_cost return_how
B: who pays the return postage; what a return costs; whether returns are free
Q:
who pays (for|) (the|a) (return|return postage|return shipping|postage when I send something back|way back)?
(is|are) (a return|returns|sending something back|the return label|return shipping) free?
how much (is|does|would) (a return|sending it back|return postage|returning {an}) (cost|cost me|)?
do I (have to|need to|) pay (for|) (the|a) (return|return shipping|return postage|postage back)?
what does (it cost|a return cost|returning something cost|it cost me) (to send {an} back|if I send it back|)?
do you (pay|cover) (for|) (the return|return postage|returns|the way back)?
is there a (free|prepaid|paid) return label?
do I get the (return postage|return costs|postage) back?
does it cost (anything|something|money) to (return|send back) (something|{an}|my order)?
return (cost|costs|postage|shipping|fee)?
must I buy the stamp (for the return|myself|) when I (return|send back) {an}?
will you (charge|bill) me for (a return|sending it back|returning {an})?
do you take (off|) (a fee|money|something) (from my refund|for a return|when I return {an})?
if it does not fit, (who pays to send it back|do I pay the postage back|is sending it back free)?
I (want|have) to send (it|the {item}) back. (who pays|is that free|what does that cost|what will that cost me)?
are (free returns|returns free|returns included) (possible|with you|in your shop|)?
whose (cost|money) is it when (something|{an}) (goes back|is sent back)?
do you send me (a label|a paid label|a stamp) or do I pay (the return|the postage) (myself|)?
is the return (on you|on me|at my cost|at your cost)?
what is the (price|fee|charge) for (returning|sending back) {an}?
am I (charged|asked to pay) when I (return|send back) (things|my order|{an})?
E return_window return_how refund_time exchange: (and who pays for that|and what does that cost|is that free|and the postage|do I have to pay for that|and the cost)?
* 
F: (returns are free|the return is free|we pay the return postage).
A: returns are free; we pay the postage.
* c=price
F: a return costs {c}; it is taken off the refund.
F: the return label costs {c}.
A: a return costs {c}.
A: we charge {c} for the return label.
* 
F: the customer pays the return postage.
A: the return postage is paid by the customer.

= return_how | s | how to return something; making a return; the steps of a return
~ return_cost return_window exchange cancel_order
B: how to return something; where to send a return
D: return my {item}; send back my {item}; send something back; bring back what I bought; return my order
Q:
how (do|can) I (return|send back|give back) (something|{an}|my order|an item|my {item})?
I (want|would like) to (return|send back|bring back|give back) (my {item}|{an}|something|my order).
(what do I have to do|what must I do|what are the steps) to (return|send back) (something|{an})?
where (do|must|should) I (send|take|post) (a return|my return|the {item} I do not want|things I want to return)?
I do not (want|like|need) the {item} (any more|after all|), how can I (send it back|return it|give it back)?
the {item} (does not fit|is not right for me|is not what I expected|is too big), I (want to send it back|would like to return it|want my money back).
how does (a return|returning something|sending things back) work?
can I (bring|take) (a return|{an} from the online shop|it|my online order) back (to the shop|in the store|in person)?
(where is|where do I get|how do I get|can you send me) (the|a) return (label|form|slip)?
is there a (form|label|slip) for (returns|a return|sending something back)?
what is the address for returns?
I am not happy with (my|the) {item} and (want|would like) to (return it|send it back|get my money back).
do I have to (tell|write to|call) you before I (return|send back) (something|{an})?
(take|can you take) back my {item}, (it is not for me|I do not like it|please).
can I (give back|hand in|return) (an online order|a web order|{an}) at the (till|counter|shop)?
how do I (start|register|announce|set up) a return?
{an} I ordered (is not for me|was a mistake|is not nice), how do I (give it back|return it|send it back)?
I bought the wrong {item}, (how can I return it|can I bring it back|may I give it back)?
my wife does not like the {item}, (how do I send it back|can it go back)?
(help with|info on|question about) (a return|returning {an}|sending back my order).
* 
F: to return something, (fill in the form in the parcel|put the slip into the parcel) and (take it to the post office|hand it in at the post office).
A: fill in the return slip, put it into the parcel and take it to the post office. you can also bring it to the shop.
A: put the goods and the return slip into the box and take it to any post office.

= refund_time | s | how long a refund takes; when the money comes back; the refund
~ return_window return_cost cancel_order payment
B: how long a refund takes; when the money comes back; when a refund is paid
K: when I get my money back
Q:
when (do|will|can) I (get|have|see|expect|receive) my (money|refund) (back|) (after a return|)?
how long (does|will|do) (a refund|the refund|the money|refunds|it) take (to come back|to reach my account|until I get my money|)?
I (sent|brought|gave|took) (it|the {item}|everything|my order) back (a week|two weeks|ten days|last week) (ago |)(and|but) (I have no money yet|the money is not there|still no refund|nothing is on my account).
where is my (refund|money)?
my (refund|money) (has not arrived|is not here|has not come|is still not on my account|is missing).
I (am|have been|am still) waiting for my (refund|money back|money).
how (fast|quick|soon) (is|are|do you pay) (a refund|refunds|the money back)?
how many days (until|before|till) (I get my money back|the refund is there|you refund me|my money is back)?
when (is|will) (the money|the refund|my money) (be |)(paid back|returned|on my account|transferred|booked)?
by when (will you|do you) (pay|give|transfer) (me|) (back my money|my money back|the refund)?
you (got|have had|received) my return (a week ago|on {day}|ten days ago), (when do you pay|where is the refund|when will I be paid back)?
have you (paid|sent|made) my refund (yet|already|)?
refund (time|when|how long)?
does it take (long|weeks|many days) (to get the money back|for a refund|until I am paid back)?
(how|to which account) (will|do) I (get|receive) (my money|the refund) (back|)?
do I get (my money|the refund) (on my card|to my bank account|in cash)?
I returned {an}. when (does the money come|will I be refunded|do I get paid back|is it refunded)?
I need the money (back|) (soon|quickly), how long (does your refund take|do you need|will it be)?
my return (arrived|is with you) but (there is no money|the refund is not here|nothing was paid back) (yet|).
how long after (a return|you get the parcel|sending it back) (is the money back|do you pay|does the refund come)?
when you have (got|received|checked) my return, how long (until you pay|does the money take|for the refund)?
E return_window return_how return_cost cancel_order: (and when do I get my money|and the money|how long does the refund take|and when is it paid back)?
* n=range
F: refunds (take|are paid within|are made in) {n}.
F: (after a return|once the return is here) the money is paid back within {n}.
A: a refund takes {n} after we have received the return.
A: you get your money back within {n}.
A: the money is back on your account within {n}.

= exchange | s | exchanging something; swapping for another size or colour; an exchange
~ return_how wrong_item sizes return_window change_order
B: how an exchange works; whether a thing can be swapped for another size
D: exchange my {item}; swap my {item} for another size; change my {item} for another colour; exchange it for a bigger one
Q:
can I (exchange|swap|change|trade) (it|the {item}|my {item}|{an}) for (another size|a bigger one|a smaller one|another colour|a different one|a {colour} one|{an2})?
I ordered the wrong (size|colour), (can I exchange it|can I swap it|what can I do|how do I change it).
I (ordered|bought|took) (it|the {item}) in (the wrong|a wrong) (colour|size).
(it is|the {item} is|my {item} is) too (small|big|tight|large|short|long|narrow|wide), (can I swap it|can I get another size|can I have a different one|what now).
how (do|can) I (exchange|swap|change) (something|{an}|my {item}|a size)?
(it|the {item}) does not fit, (can I get another size|I need the next size|do you swap it|may I exchange it).
I (need|would like|want) the (next size|bigger size|smaller size|{colour} one|other colour) (instead|in place of this one|).
is (an exchange|a swap) (possible|free|ok)?
do you (exchange|swap|change) (sizes|{pl}|things|goods) (in the shop|by post|)?
what (does|would) an exchange cost?
(can|could) you send me (size {size}|the {colour} one|a bigger one|the next size up) (instead|and I send this one back)?
I would (rather|prefer to) have (it|the {item}) in {colour}, (can I swap|can you change that|is that possible) ? 
I have {size} but need {size2}, (how do I swap|can I exchange|is an exchange possible)?
my {pl} (pinch|are too tight|are too big|are one size too small), can I (swap|exchange|change) them?
can I (bring|take) (it|the {item}) to the shop and (swap it|change it|get another size|take another one)?
the {colour} does not suit me, (can I have {colour2}|can I change it for {colour2}|do you swap colours)?
I took {size} but it (is too tight|is too loose|does not fit|is too short), (please swap|can I exchange it|another size please).
exchange (possible|for a bigger size|for another colour|how)?
instead of a refund I (would like|want|prefer) (another size|a different {item}|the same in {colour}).
do I have to return it and order again, or can I just (swap|exchange) it?
my (son|daughter|wife|husband) needs a (bigger|smaller|different) (size|one), can I (exchange|swap|change) the {item}?
* 
F: (exchanging|an exchange for) another size or colour is free.
A: yes, you can exchange it for another size or colour; that is free (of charge|).
A: no problem: send it back, tell us the size or colour you need, and we exchange it free of charge.
* n=ndays
F: an exchange is possible within {n}.
A: yes, you can exchange it within {n}.

= sale_items | s | returning sale items; reduced goods; sale conditions
~ return_window return_condition discount_code price_match
B: whether sale items can be returned; whether reduced goods can be sent back
D: return something from the sale; bring back something reduced
Q:
can I (return|send back|bring back|exchange|give back) (sale items|something from the sale|reduced things|{an} I bought on sale|a reduced {item})?
are (sale items|reduced goods|things from the sale|reduced things) (excluded from returns|returnable|final)?
I bought {an} (in the sale|on sale|at half price|with a discount), (can I send it back|may I return it|can it go back|is a return possible).
do (returns|the return rules|the same rules) (also|) (apply to|hold for|count for) (sale items|reduced goods|things on sale)?
can (reduced|discounted|sale) (things|{pl}|items|goods) be (returned|exchanged|sent back|brought back)?
is it true that sale (items|goods|things) cannot (be returned|go back|be exchanged)?
do you take back (sale items|reduced {pl}|things from the sale|cheap offers)?
sale (items|goods) (return|returnable|exchange)?
it was (reduced|in the sale|on offer|marked down) by {pc}, do I still have the right to (return|exchange) it?
what if {an} from the (sale|clearance|outlet) does not fit?
is the return period the same for (sale items|reduced goods|outlet things)?
the {item} was on (offer|sale), (may I still return it|can I still exchange it|does that change anything for a return)?
am I allowed to (bring back|return|exchange) something (marked down|from the bargain shelf|reduced)?
I have a {item} from your (sale|clearance sale|summer sale) that is too (small|big), can I (return|exchange|swap) it?
are there (other|special|different) rules for (sale items|reduced things)?
E return_window exchange return_cost: (and sale items|does that also hold for sale items|also for reduced things|and for things in the sale)?
* 
F: sale items (cannot be returned|are excluded from returns).
A: I am sorry, sale items cannot be returned.
* 
F: sale items can be returned like all others.
A: yes, sale items can be returned like everything else.
* 
F: sale items can be exchanged but not refunded.
A: sale items can be exchanged, but we do not refund them.

= no_receipt | s | a return without receipt; a lost receipt; proof of purchase
~ return_window return_condition invoice gift_return
B: whether a return is possible without the receipt; what to do when the receipt is lost
D: return something without a receipt; get a copy of my receipt
Q:
can I (return|exchange|bring back) (it|{an}|something|the {item}) without (a|the|my) (receipt|till slip|bill)?
I (lost|have lost|threw away|cannot find|no longer have|did not keep) (the|my) (receipt|till slip|bill|proof of purchase).
do I (need|have to have|have to show) (the|a) (receipt|till slip|bill|proof of purchase) (to return something|for a return|to bring it back|for the warranty|)?
(what if|what happens if|is it a problem if) I (do not have|have lost|threw away|forgot) the receipt?
no receipt, (can I still return it|what now|is that a problem|can I exchange it)?
is (a bank statement|a card slip|an email|a photo of the receipt) enough (as proof|instead of the receipt|)?
(does|will) a (photo|copy) of the receipt (do|work|be enough)?
my receipt is (gone|lost|in the bin|unreadable|faded), can you (find|look up|print) it (again|)?
can I get a (copy|duplicate|new print) of my receipt?
without (the receipt|a bill|proof) (can I get my money back|do you take it back|is an exchange possible)?
I paid by card but (have no receipt|lost the slip|the receipt is gone), (is that enough|will that do).
must I (show|bring|have) (the|a) receipt when I (return|exchange|bring back) {an}?
my (son|wife|husband) threw the receipt away, can I (still|) (return|exchange) the {item}?
how can I prove that I bought the {item} (from you|at your shop|)?
is the receipt (needed|necessary|required) (for an exchange|for returns|if something breaks)?
E return_window exchange warranty: (and without a receipt|and if I lost the receipt|do I need the receipt for that)?
* 
F: without a receipt, a return (is possible with a card statement|needs another proof of payment).
A: without the receipt we need another proof, for example your card statement.
* 
F: (without a receipt there is no refund|a refund needs the receipt).
A: I am sorry, without a receipt we cannot give a refund.

= gift_return | s | returning a gift; exchanging a present
~ no_receipt exchange gift_card gift_wrap return_how
B: how to return a gift; whether a present can be exchanged
D: return a gift; exchange a present; give back a present I was given
Q:
I (got|was given|received) {an} (as a gift|as a present|for my birthday|for christmas) (and|but) (want to return it|would like to exchange it|it does not fit|already have one).
can (I|somebody) (return|exchange|swap|bring back) a (gift|present) (that does not fit|without the receipt|from a friend|)?
my (aunt|friend|mother|husband) (gave|bought) me {an}, (can I exchange it|can I bring it back|may I swap it for {an2}).
how (do|can) I (return|exchange|swap) a (gift|present)?
is it possible to (return|exchange|give back) a (present|gift) (I did not buy myself|from somebody else|)?
a (gift|present) (does not fit|is the wrong size|is not to my taste), what can I do?
can (the person I give it to|my friend|my father) (exchange|return|swap) the {item} (if it does not fit|if he does not like it|after his birthday)?
I am buying {an} as a present. can (she|he|they) (exchange|return|swap) it (later|afterwards)?
who gets the money when (a gift|a present) is (returned|sent back)?
if I give {an} to (a friend|my brother|my mother), can (he|she|they) bring it back?
do you have (gift receipts|a receipt without a price|an exchange slip for presents)?
(gift|present) (return|exchange|swap)?
the {item} was a (present|gift) and I have two now.
I have been given {an} twice, can one go back?
will the giver (know|find out|see it) if I (return|exchange) the (present|gift)?
it is for my (nephew|niece|boss)'s birthday in three weeks, can (it still be exchanged then|the present be swapped afterwards)?
* 
F: gifts can be (exchanged or returned for|returned against) a voucher.
A: yes, a gift can be returned; you then get a voucher.
A: gifts can be exchanged, or we give you a voucher for the value.

= warranty | s | the warranty; how long the guarantee lasts; the guarantee period
~ warranty_excluded repairs return_window damaged_parcel
B: how long the warranty lasts; how many years of guarantee there are; whether something is under warranty
N: know whether a broken thing is covered by the warranty
Q:
how long (is|does|do I have) (the|a) (warranty|guarantee) (on|for|last for) ({pl}|{an}|my {item})?
(is there|do you give|do I get|do you offer) (a|any) (warranty|guarantee) (on|for|with) ({pl}|{an}|the {item})?
(it|the {item}|my {item}) (broke|fell apart|stopped working|went wrong|is broken|came apart) after (a month|two months|half a year|a year|three weeks|one season).
my {item} (is broken|does not work any more|has a fault|is faulty|has come apart|has a defect), (is that covered|is it under warranty|what can I do|do I get a new one).
how many (years|months) (of|) (warranty|guarantee) (do I have|do I get|are there|is there) (on|for) ({an}|{pl})?
what (warranty|guarantee) (do|does) (you give|{pl} come with|come with|the {item} have)?
(warranty|guarantee) (on|for) {pl}?
is (my {item}|{an}|it|the {item}) (still|) under (warranty|guarantee) (after a year|after two years|if I bought it in {month}|)?
the (zip|seam|strap|buckle|handle|button|sole) (of|on) my {item} (is broken|has come off|came off|tore|has gone) after (only|just|) (a few weeks|three months|one trip).
I bought {an} (last year|in {month}|a year ago) and (now it is broken|it has stopped working|it has a fault|the seam is open).
does the (warranty|guarantee) (cover|include|count for) {pl}?
(can I|how do I) (claim|use|make use of) (the|my) (warranty|guarantee)?
what happens if (my|the) {item} (breaks|fails|stops working) (after a year|in the first year|soon)?
for how long (are {pl}|is {an}|is it) (guaranteed|covered|under guarantee)?
do you (replace|fix) {an} (that is faulty|that breaks early|free of charge if it has a fault)?
I want to make a (warranty|guarantee) claim (for|on) my {item}.
the {item} only lasted (a month|one season|a few weeks), (that cannot be right|I expect a new one|what do you do about that).
will you (replace|exchange) it if it breaks (in a year|after some months|when I use it normally)?
how long can I (complain|come back) if {an} (has a fault|is faulty|breaks)?
until when am I covered if (my {item}|it|something) breaks?
the {item} I bought (from you|at your shop) (leaks|squeaks|does not close any more|does not switch on), and it is not even (a year|six months) old.
E repairs return_window: (and is there a guarantee|and how long is the guarantee|and if it breaks later|and the warranty)?
* y=years
F: the (warranty|guarantee) on {pl} is {y}.
F: {pl} (have|come with) a (warranty|guarantee) of {y}.
A: the warranty on {pl} is {y}.
A: {pl} have a guarantee of {y}.
* y=years
F: we give {y} of (warranty|guarantee) on (everything|all goods).
A: we give {y} of warranty on everything we sell.

= warranty_excluded | s | what the warranty excludes; what the guarantee does not cover; wear and tear
~ warranty repairs return_condition
B: what the warranty does not cover; what the guarantee leaves out; whether wear is covered by the warranty
Q:
what (is|does) (not covered by|the warranty not cover|excluded from|not part of) (the warranty|the guarantee|)?
does the (warranty|guarantee) (cover|include|count for) (wear|wear and tear|normal wear|accidents|scratches|holes from sparks|misuse|water damage)?
(is|are) (wear and tear|accidents|scratches|damage from a fall|a burn hole|water damage|worn soles) (covered|included|part of the warranty)?
I (dropped|burned|cut|ripped|tore) my {item} (myself|by accident|), (does the warranty pay|is that under guarantee|is that covered).
when does the (warranty|guarantee) not (apply|count|hold|pay)?
are there (things|cases|exceptions) the (warranty|guarantee) does not (cover|include|pay for)?
what are the (exceptions|limits|exclusions) of the (warranty|guarantee)?
if I (break|drop|damage|burn) (it|the {item}) (myself|by mistake), (does the guarantee help|is it covered|do you replace it)?
it is my own fault that the {item} is broken, (is that covered|will you still replace it|does the warranty help)?
does the guarantee also hold (if I use it wrongly|for accidents|when it is worn out|for normal wear)?
(what|which) (damage|kind of damage) (is not|do you not) (covered|cover) (by the guarantee|under warranty|)?
the soles are worn (down|out) after (two years|a lot of walking), is that a warranty case?
my dog (chewed|bit) the {item}, (is that covered|does the warranty count)?
a spark burned a hole in my {item}, (is that covered|does the guarantee pay|do I get a new one)?
do I lose the (warranty|guarantee) if I (repair it myself|change something|wash it wrongly)?
is (everything|all damage) covered by the (warranty|guarantee), (or are there exceptions|or not)?
warranty (exclusions|exceptions|not covered)?
E warranty: (and what is not covered|does that include wear|and if I damage it myself|is wear covered too|are there exceptions)?
* c=excl
F: the warranty does not cover {c}.
A: the (warranty|guarantee) does not cover {c}.
A: it does not cover {c}.

= repairs | s | repairs; having something mended; the repair service
~ warranty warranty_excluded repair_time spare_parts
B: whether something can be repaired; what a repair costs; whether there is a repair service
D: have my {item} repaired; get my {item} mended; have the zip replaced
Q:
(do|can|could) you (repair|mend|fix) ({pl}|my {item}|{an}|a broken zip|a torn seam)?
can I (have|get) (my|a broken) {item} (repaired|mended|fixed) (with you|at your shop|in the shop|)?
(do you have|is there|do you offer) a repair (service|shop|workshop)?
how much (is|does|would) (a repair|it cost to mend {an}|repairing {an}|a new zip) (cost|)?
what (does|would|will) (a repair|fixing {an}|mending a tear|a new zip) cost?
the zip (is stuck|is broken|does not close|has come off|jams) (on my {item}|).
my {item} has (a hole|a tear|a broken zip|a broken buckle|a rip|a loose seam), (can you mend it|can you fix that|what can be done).
(a strap|the buckle|a seam|the sole|a button|the handle) (on|of) my {item} (came off|is broken|has torn|is loose). (can it be repaired|can you fix it|do you mend that)?
can (it|my {item}|a torn {item}|this) (still|) be (repaired|saved|mended|fixed)?
(repair|mend|fix) (my {item}|{an}|a zip|{pl})?
who (repairs|mends|fixes) (my {item}|{pl}|zips|such things)?
I have torn my {item}. (do you sew|can you sew it up|can you patch it|can somebody mend it)?
is it worth (repairing|mending) (my old {item}|{an}|a {item} with a hole)?
where can I (take|bring|send) my {item} (for repair|to be mended|to have it fixed)?
do you (replace|change|sew in) (zips|soles|buckles|straps|seams)?
do you also (repair|mend|fix) {pl} (that I bought somewhere else|from other shops|from other makers)?
my old {item} needs (a repair|mending|some work|a new zip), (do you do that|can I bring it in|is that possible).
I do not want to buy a new {item}, can you (fix|mend|repair) (the old one|mine|it)?
(can|could) your workshop (look at|have a look at|fix) my {item}?
instead of a new one I would like to have (my {item}|the old one|it) (mended|repaired|fixed).
what is the (price|charge|cost) (of|for) (a repair|a patch|mending {an}|a new zip)?
E warranty warranty_excluded: (can you repair it|and can it be mended|and a repair|what would a repair cost)?
* c=price
F: repairs (start at|cost from|begin at) {c}.
F: we repair {pl} from {c}.
A: yes, we do repairs, from {c}.
A: we repair that for you; repairs start at {c}.
* 
F: (we do not repair anything|there is no repair service).
A: I am sorry, we do not do repairs.

= repair_time | s | how long a repair takes; the repair duration
~ repairs warranty delivery_time refund_time
B: how long a repair takes; when a repaired thing is ready; how many days mending takes
Q:
how long (does|will|would) (a repair|the repair|it|mending {an}|a new zip) take (to fix it|to mend|)?
when (will|is|can I fetch) my (repaired {item}|{item} from the workshop|mended {item}) (be ready|ready|)?
how (fast|quickly|soon) (can|do|could) you (repair|mend|fix) (it|{an}|my {item})?
how many (days|weeks) (does a repair take|is my {item} in the workshop|do you need to mend it|will I be without my {item})?
I need my {item} (back|repaired) (by {day}|next week|soon), (can you mend it by then|how long does the repair take|is that enough time).
can you (repair|fix|mend) it (while I wait|the same day|today|in a week)?
I (gave|brought|sent) (you |in |)my {item} for repair (last week|two weeks ago|on {day}), (when is it ready|is it done|how much longer).
is my (repair|{item}) (ready|done|finished|mended) (yet|)?
what is the (waiting|repair) time (in the workshop|for repairs|for {pl}|)?
repair time?
how long (will|would) I (be without|have to do without|wait for) my {item} (if I send it for repair|when it is being mended)?
until when (does|will) (the repair|mending it) (take|last)?
does (mending|repairing|fixing) {an} take (long|many days|more than a week)?
how long do your (repairs|workshop jobs) (take|usually take|normally last)?
when do I get my {item} back (from repair|from the workshop|after mending)?
E repairs warranty: (and how long does that take|how long will the repair be|and when is it ready|how long would that take)?
* n=repairtime
F: a repair takes {n}.
A: a repair takes {n}.
A: it takes {n} until your {item} is repaired.

= spare_parts | s | spare parts; buying a replacement part
~ repairs missing_item stock
B: whether spare parts can be bought; whether there are replacement parts
D: buy a spare part; get a replacement part for my {item}
Q:
do you (sell|have|stock) (spare parts|spares|replacement parts|single parts) (for {pl}|for my {item}|)?
can I (buy|get|order) (a spare|a new|a single) (buckle|strap|pole|peg|zip|battery|cable|wheel|screw) (for my {item}|)?
I (lost|broke) (a part|a screw|the lid|a strap|a pole) of my {item}, (can I get a new one|do you have that part|where do I get one).
where (do|can) I (get|buy|find) (spare parts|replacement parts|a new part) for (my|an old) {item}?
(are there|do you have) (spares|replacement parts|extra parts) for {pl}?
I need a (new|replacement) (strap|buckle|pole|lid|battery|wheel|part) for my {item}.
spare parts for {pl}?
can the (battery|strap|lid|wheel|cable) be bought (separately|on its own|extra)?
do I have to buy a new {item} or can I just get the (part|buckle|strap|lid) ?
is it possible to order (only|just) the (strap|lid|part|buckle|cable) of the {item}?
one (part|piece|screw|pole) of my {item} is (gone|broken|bent), do you sell (it|that) (alone|separately)?
* 
F: spare parts can be ordered (in the shop|by email).
A: yes, we can order spare parts for you; tell us the model and the part.

= change_order | s | changing an order; adding or removing an item; a change to the order
~ cancel_order change_address exchange where_order
B: whether an order can still be changed; how to change an order
D: change my order; add {an} to my order; change the size in my order; remove one thing from my order; alter what I ordered
Q:
can I (still|) (change|alter|edit) (my order|the order|what I ordered|an order) (after paying|)?
I (want|would like|need) to (change|alter|edit) (my order|order {num}|the size in my order|the colour in my order).
can I (add|put) ({an}|something|one more thing|another {item}) (to|in|into) my (order|parcel) (that I made today|)?
I forgot to (order|add|put in) {an}, (can you add it|can it go in the same parcel|can I still add it to my order).
can you (take|remove|leave) (the {item}|one thing|one {item}) (out of|off|from) my order?
I (clicked|chose|picked|ordered) the wrong (size|colour|amount) by mistake, (can you change it before you send it|it has not been sent yet|please change the order).
(please|can you) change (the size to {size}|the colour to {colour}|two {pl} to one|the {item} to {an2}) in my order (before it goes out|).
I ordered (two|three) {pl} but only (want|need) one, (can you change that|please correct the order).
how (do|can) I (change|alter|edit|correct) an order (I made|that is already placed|I have just placed|)?
is it (possible|too late) to (change|alter|add something to|edit) my order?
I (just|) placed an order and (made a mistake|got the size wrong|forgot something|want something else too).
(change|alter|edit) (order|my order)?
I would rather have (size {size}|{colour}) in my order, it (has not left yet|was only placed this morning).
can we make that (two|three) {pl} instead of one in order {num}?
can I (swap|switch) one (item|thing) in my order (before it is sent|before you pack it|while it is still with you)?
until when can I (make changes to|change|alter) my order?
there is a mistake in my order, I (want|need) (two {pl}|size {size}|the {colour} one) (not one|instead|).
my order should (also have|include) {an}, can you (put it in|add that)?
please do not send the {item}, only the {item2} (from my order|of order {num}).
I want to keep my order but (change the colour|change the size|add something|take one thing out).
* 
F: an order can be changed (until it is packed|as long as it has not been sent).
A: an order can be changed as long as it has not been sent. please write to us with your order number.
A: yes, as long as the order has not left us. a colleague changes it for you.
* h=hourspan
F: an order can be changed within {h}.
A: an order can be changed within {h}.

= cancel_order | s | cancelling an order; a cancellation
~ change_order return_how change_address refund_time
B: whether an order can still be cancelled; how to cancel an order
D: cancel my order; call off my order; stop my order; withdraw from my order
Q:
(can|how do|how can|may) I (still|) (cancel|stop|call off|undo) (my order|an order|order {num}|what I ordered) ?
I (want|would like|need) to (cancel|call off|stop|undo) (my order|order {num}|the order I made (today|yesterday)).
please (cancel|stop|delete) (my order|order {num}|everything I ordered).
I do not (want|need) (my order|the {item} I ordered|it) any more, (it has not been sent yet|please do not send it|can you stop it|can I cancel).
I (ordered|bought) (it|{an}) by (mistake|accident), (can you cancel it|please stop the order|how do I undo that).
I (have|) changed my mind, (please do not send the order|can I cancel|stop my order please).
(is it|am I) too late to (cancel|call off|stop) (my order|the order|it)?
cancel (order|my order|order {num}|it) please.
I (ordered|placed the order) twice (by mistake|), please (cancel one|delete one of them|stop the second one).
until when (can|may) I (cancel|call off|stop) (my|an) order?
what happens when I cancel (my|an) order?
can (my|the) order be (cancelled|stopped|called off|withdrawn)?
I found {an} (cheaper|elsewhere|somewhere else) and (want to cancel|no longer need yours|would like to call off my order).
I need to get out of (my|the) order (I made|from {day}|).
(stop|hold) my order, I (do not need it|do not want it|changed my mind).
does it cost anything to (cancel|call off) (my|an) order?
my (son|daughter|child) ordered {an} without asking, (can I cancel that|please cancel it).
the order is (not needed|wrong|a mistake), please do not (send|ship|pack) it.
I no longer (want|need) what I ordered (this morning|yesterday|on {day}).
can I (take back|withdraw|revoke) my order (before it is sent|)?
I want (my money back and no parcel|nothing sent|the whole order gone), it has not been shipped.
E change_order where_order: (and can I cancel it|or can I cancel it|and if I want to cancel|can it be cancelled instead)?
* 
F: an order can be cancelled (free of charge until it is sent|as long as it has not been sent).
A: you can cancel as long as the order has not been sent. please give us your order number.
A: yes, until it is sent, an order can be cancelled free of charge.
* h=hourspan
F: orders can be cancelled within {h}.
A: you can cancel an order within {h}.

= change_address | s | changing the delivery address; a wrong address
~ change_order cancel_order change_email pobox
B: how to change the delivery address; what to do about a wrong address
D: change the delivery address; correct my address; have it sent to another address
Q:
I (typed|entered|gave|wrote|put) (the|a) wrong (street|address|house number|postcode|town) (in my order|by mistake|).
can I (still|) (change|correct|edit) (the|my) (delivery address|address|street|house number) (of my order|)?
can you (send|deliver) (it|my order|the parcel) to (another|a different|my new|my work) address (instead|)?
I (have moved|moved|am moving) (last week|house|), (can you send the parcel to my new address|my order still has the old address|please change the address).
there is a (mistake|typo|wrong number) in my (address|delivery address|street name).
how (do|can) I (change|correct|update) (the|my) (delivery|shipping|) address?
(please|can you) change the address (of|in|for|on) (my order|order {num}) (to {street}|).
my (parcel|order) is going to (the wrong|my old|the wrong person's) address.
I forgot (the house number|my flat number|to change the address|the postcode) (when ordering|in the order|).
(wrong|new|different) (address|delivery address), (what now|can you change it|please correct)?
I want the parcel (at work|at my parents' house|at a neighbour's) (instead of|not) at home.
the (street|postcode|house number) in the (confirmation|email|order) is (wrong|not right|my old one).
is it (possible|too late) to (change|correct) the (delivery address|address|street)?
I (live|am) at {street} now, not at the address in (my order|your system).
my order was sent to my old (address|flat|house).
will the parcel still (arrive|find me) if the (house number|postcode|name) is wrong?
can (the order|order {num}) go to (my office|another street|my sister's place|{street})?
I used my old address (by mistake|without thinking|), (can you fix it|what can I do).
please send it to {street} (instead|and not to my home|rather than the address in my order).
update my (address|delivery address|street) please.
E change_order cancel_order: (and can I change the address|and the address|I also gave the wrong street|and the delivery address)?
* 
F: the (delivery address|address) can be changed until the parcel is (sent|packed).
A: we can change the address as long as the parcel has not left. please write to us with your order number (and the new address|).
A: as long as it has not been sent, a colleague can change the address for you.
"""

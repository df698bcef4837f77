"""Customers' intents about delivery, parcels and pickup, in the intent notation that service_intents explains."""

TEXT = """
= delivery_cost | s | delivery cost; the price of delivery; delivery charges; shipping cost
~ delivery_time free_delivery express abroad return_cost
B: how much delivery costs; what delivery costs; the price of delivery; how much shipping is
Q:
how much (is|do you charge for|does it cost for|would I pay for) (delivery|shipping|postage|sending {an})?
what (is|are) the (delivery|shipping|postage) (cost|fee|charge|price)?
what (does|will|would) (delivery|shipping|it) cost (to send {an} to {city}|to have it delivered|to get {an} delivered|if you send it to me)?
(delivery|shipping|postage) (cost|costs|price|fee|charge|charges)?
what do I (pay|have to pay|need to pay) (for delivery|for shipping|for postage|to have a parcel sent|on top for delivery)?
how expensive is (delivery|shipping|it to have {an} sent|sending a parcel)?
(is there|do you have|do you add) a (fee|charge) for (delivery|shipping|sending)?
do I (have to|need to) pay (for delivery|for shipping|extra to have it sent|something for postage)?
what will you (charge|take|want) (for the delivery|for postage|for shipping|to send {an} to my house)?
how many (euros|pounds) (is|for) (delivery|shipping|the postage)?
if I order {an}, how much (is added|comes on top|do I pay on top) for (delivery|postage|shipping)?
I (want|would like) to order {an}. what (is|would be) the (postage|delivery charge|shipping fee|cost of sending it)?
what is the (postage|shipping price|delivery rate|standard delivery fee) for (a small order|one {item}|a normal parcel|{pl})?
I only (want|need) {an}. how much is it to (send|post|deliver|ship) it?
can you (give me|tell me) the price (for|of) (delivery|shipping|sending a parcel)?
(delivery|shipping) to {city}, (how much|what price|what does that cost)?
how much more (do I pay|is it|does it cost) (if it is delivered|with delivery|when you send it)?
what are your (postage|shipping|delivery) (rates|prices|fees|charges)?
is (delivery|shipping|postage) (expensive|cheap|dear|included in the price)?
I am (looking at|about to buy|thinking of ordering) {an}, (but|and) (I cannot see|the site does not show|I cannot find) (the delivery cost|what postage costs|the shipping fee).
your (basket|checkout|cart) does not (show|say) (the shipping cost|what delivery costs|the delivery fee) (yet|until I pay|).
how much should I (plan|reckon|budget) for (shipping|delivery|postage)?
what is the (fee|charge) (for having|to have) {an} (sent|delivered|brought) (home|to my door|to my address)?
would it (cost much|be expensive|cost a lot) to (send|post|ship) {an} to me?
E delivery_time pickup free_delivery delivery_day: and (how much is it|what does it cost|what does that cost|how much is that|the cost|what is the price of that)?
* cost=price
F: (standard delivery|delivery|shipping|home delivery) (costs|is) {cost} (per order|for every order|).
F: (the delivery charge|the delivery fee|postage) is {cost} (per order|per parcel|).
A: (delivery|standard delivery|shipping) costs {cost} (per order|).
A: we charge {cost} for delivery.
A: you pay {cost} for delivery.

= delivery_time | s | delivery time; how long delivery takes; the delivery period
~ delivery_cost express tracking lost_parcel where_order refund_time
B: how long delivery takes; how many days delivery takes; when a parcel would arrive; how fast delivery is
Q:
how long (does|will|would) (delivery|shipping|it|a parcel|an order) (usually|normally|) take (to arrive|to get here|to come|)?
when (will|would|does) (it|my order|{an}|a parcel) (arrive|come|be here|get here|be delivered) if I (order|buy|pay) (today|now|on {day}|this evening)?
how (fast|quick|quickly) (is your delivery|do you deliver|do you send|is normal delivery|do you ship)?
how many days (until|before|does it take until) (the parcel|my order|{an}) (arrives|is here|comes|gets to me)?
how soon (can|could|would) I (have|get|expect) (it|{an}|my order|the parcel)?
what is the (delivery|shipping) (time|period)?
what are your (delivery|shipping) times?
(delivery|shipping) time?
if I order (today|now|on {day}), (when do I get it|when is it here|will it be here by {day2}|can I have it by {day2}|when does it come)?
do you deliver (fast|quickly|within a week|within a few days|in two days)?
I need {an} (by|before) {day}. (is that possible|will it be here in time|can you make it|is that enough time)?
is it (possible|likely) that (my order|{an}|the parcel) (comes|is here|arrives) (this week|before {day}|before the weekend|in time for my trip)?
(we leave|I am leaving|my trip starts) on {day}, will {an} (arrive|be here|get to me) (in time|before then|by then)?
how long (must|should|do|would) I (have to wait|wait|need to wait) for (my order|a delivery|{an}|the parcel)?
how long is the (wait|delivery|shipping|post) (for {an}|to {city}|normally|)?
when can I (expect|count on|look forward to) (my order|delivery|the parcel|my {item}) (once I have paid|after ordering|)?
what is the usual (wait|time) (for a delivery|between ordering and delivery|until a parcel comes)?
does it take (long|many days|more than a week) (for an order to arrive|to deliver|until it is here)?
roughly how (long|many days) (for delivery|for shipping|from order to door)?
once I (have ordered|have paid|click buy), how (long|many days) (is it|will it be|does it take) (till it arrives|until it gets here|to my door)?
is {an} (ordered|bought) on {day} here (by|before) {day2}?
how many working days (do you need|does it take|should I reckon with|for a delivery)?
I am (thinking of ordering|about to order) {an}. when would (it|the parcel) (turn up|be here|land on my doormat|come)?
how much time (does delivery take|do you need to deliver|passes before it comes)?
do things (arrive|come) (quickly|soon) when (I|you) order (from you|online)?
E delivery_cost abroad exchange: (and how long does (it|that) take|and how fast is it|and when would it be here|and how many days)?
* days=range
F: (delivery|standard delivery|home delivery) takes {days}.
F: (parcels|orders) (arrive|are delivered) (within|in) {days}.
A: (delivery|standard delivery) takes {days}.
A: your (order|parcel) (arrives|will be with you) in {days}.
A: it takes {days} until the parcel is with you.

= free_delivery | s | free delivery; the amount for free delivery; free shipping
~ delivery_cost discount_code return_cost express
B: from what amount delivery is free; how much to spend for free delivery; when delivery is free; the order value for free delivery
Q:
(is|do you offer|do you have) (delivery free|free delivery|free shipping) (if I spend enough|over a certain amount|for big orders|from some amount)?
(from|at) (what|which) (amount|order value|sum|price) is (delivery|shipping|postage) free?
when (is|does) (delivery|shipping) (free|become free)?
how much (do I|must I|should I|would I) (have to|need to|) (spend|order for|buy for) (to get|for) free (delivery|shipping|postage)?
do you (have|offer|do) (free delivery|free shipping|free postage)?
is there (free delivery|free shipping|any way to get free delivery|a way to avoid the delivery fee)?
what is the (minimum|minimum order|threshold|lowest amount) for free (delivery|shipping|postage)?
free (delivery|shipping|postage) from (how much|what amount|when)?
how (big|large) (must|does) (an order|my order|my basket) (be|have to be) (for free delivery|so that I pay no postage|to be sent free)?
my (basket|order|cart) (is at|comes to|is worth) {big}. (do I still pay for delivery|is delivery free then|is that enough for free shipping|do I get free postage)?
I am (spending|ordering for) {big}, (is shipping free|do I get free delivery|do I have to pay postage)?
do I (get|have) free (delivery|postage|shipping) (with|on|for) (an order of {big}|{big}|two {pl}|a big order)?
do you (drop|waive|take off) the (delivery|shipping) (fee|charge|cost) (for larger orders|if I buy more|at some point)?
what do I need to (spend|buy|order) to (not pay for delivery|skip the delivery fee|save the postage|avoid shipping costs)?
if I (buy|order) (more|several things|two {pl}), is (delivery|shipping|postage) (free|on you|for nothing)?
can I (get|have) (my order|it|{an}) (delivered|sent|shipped) (for free|for nothing|without paying postage|free of charge)?
is there (a limit|an amount|a sum) (above which|over which|from which) (delivery is free|shipping costs nothing|you pay the postage)?
how much more (must I put in my basket|should I buy|do I need to spend) (for free delivery|to save the shipping fee|so that postage is free)?
do (large|bigger|expensive) orders (ship|go|come) (free|for free|without a fee)?
who pays the postage if my order is (large|over {big}|worth a lot)?
I do not want to pay (for delivery|postage|shipping). (how can I get it free|what must I spend|from what amount is it free)?
what (order|basket) (value|total) (gives|gets) me free (delivery|shipping|postage)?
at what point do you (stop charging|not charge) for (delivery|shipping|postage)?
E delivery_cost delivery_time: (and is it ever free|and when is it free|is it free above some amount|and for larger orders|can I get that for free)?
* min=big
F: delivery is free (from|for orders over|on orders above) {min}.
F: (orders over|orders above) {min} are (delivered|sent) free (of charge|).
A: delivery is free for orders over {min}.
A: if you spend {min} or more, delivery is free.
A: from {min} (we deliver|we send your order) free of charge.

= express | s | express delivery; fast delivery; next-day delivery
~ delivery_time delivery_cost pickup
B: whether there is express delivery; whether delivery can be faster; what express delivery costs
Q:
(do you have|do you offer|is there) (express delivery|express shipping|next day delivery|a faster delivery|an express option)?
can (I get it|it be sent|you send {an}|it come) (faster|quicker|by express|by tomorrow|overnight)?
I need {an} (tomorrow|urgently|very fast|by tomorrow morning|as soon as possible). (can you help|is there an express option|can you do that|what can I do)?
how much (is|does|would) (express|express delivery|next day delivery|faster shipping) (cost|) (for {an}|)?
can I pay (more|extra) (for faster delivery|to get it sooner|to have it here tomorrow|so that it comes quicker)?
is (next day|overnight|same day|express) delivery possible (to {city}|for {an}|)?
express?
I am in a (hurry|rush), (can you deliver faster|can it be here tomorrow|how fast can you send {an}|is there a quick delivery)?
what is the (fastest|quickest) (way to get {an}|delivery you have|you can send it|option)?
(can|could) you (speed up|rush|hurry) (the delivery|my order|my parcel)?
the normal delivery is too slow for me, (do you have something faster|can you send it by express|is there a quicker way)?
is there (a rush|an urgent|a priority|a next day) (service|option|delivery)?
my (trip|holiday) starts in two days and I (still need|have just noticed I need) {an}, (can you send it by express|can it get here by then if I pay more)?
do you do (overnight|express|priority|next day) (shipping|delivery|parcels)?
how do I (choose|get|book|order) (express|next day|priority) (delivery|shipping)?
if I pay (for express|extra), (when|how soon) (is it here|does it come|will I have it)?
what does it cost to have (it|{an}|my order) (here tomorrow|the next day|within a day)?
I want it (tomorrow|quicker|as fast as possible), money does not matter.
could {an} be (sent|delivered) (with a courier|by courier|express) today?
until what time (must|can) I order (for|to get) (next day|express) delivery?
E delivery_time delivery_cost: (is there anything faster|can it be faster|and with express|what about express|that is too slow for me, is there a quicker way)?
* fast=price hours=fastday
F: express delivery costs {fast} and arrives {hours}.
A: (yes, |)express delivery costs {fast} and arrives {hours}.
A: yes, with express delivery for {fast} your parcel arrives {hours}.
* 
F: there is no express delivery.
A: no, I am sorry, we do not offer express delivery.

= abroad | s | delivery abroad; shipping to other countries; international delivery
~ delivery_cost delivery_time pobox vat
B: whether parcels can be sent abroad; which countries orders are sent to
N: know whether the shop delivers abroad
K: whether you deliver to {country}; if you ship to {country}; whether you send parcels abroad
Q:
do you (deliver|ship|send|post) (abroad|to {country}|to other countries|outside the country|internationally|overseas)?
can you (send|ship|deliver|post) {an} to (me in |my friend in |){country}?
I live (in {country}|abroad|in another country), (can I order from you|can I still order|do you deliver here|will you ship to me)?
is (delivery|shipping) to {country} possible?
which countries do you (deliver|ship|send) to?
do you (ship|deliver|send) (anywhere|everywhere) (in europe|in the world|)?
(international|foreign|overseas) (delivery|shipping|orders)?
(delivery|shipping) to {country}?
I am from {country} and (would like|want) {an}. (do you ship there|can you send it|is that possible)?
my (daughter|brother|friend|mother) lives in {country}. can (I have|you send) {an} (sent there|to her|there)?
can I (order|buy) from {country}?
I have (moved|just moved) to {country}, (do you still deliver to me|can I still buy from you|will you send parcels here)?
the checkout (does not let me|will not let me) (choose|pick|select) {country} (as a country|for the delivery|).
would you (ship|send|post) (a parcel|{an}|my order) (across the border|to a foreign address|to an address in {country})?
is {country} (one of the countries you deliver to|on your delivery list|included in your delivery)?
what about (deliveries|orders|customers|addresses) (outside the country|abroad|in {country})?
can (people|customers) (abroad|in {country}|in other countries) (order|buy) (from you|in your online shop)?
do you only (deliver|ship|send) (within the country|inside the country|here), or (also abroad|to {country} too)?
how much is (delivery|shipping|postage) to {country}?
we are spending the (summer|winter) in {country}, can (our order|{an}) be sent there?
E delivery_cost delivery_time: (and to {country}|and abroad|what about {country}|and if I live in {country}|and outside the country)?
* where=countries acost=price
F: we deliver to {where} for {acost}.
F: delivery abroad is possible to {where} and costs {acost}.
A: we (deliver|send parcels) to {where} for {acost}.
A: outside the country we deliver to {where}; that costs {acost}.
* 
F: we (only deliver|deliver only) within the country.
A: I am sorry, we only deliver within the country.

= pobox | s | delivery to a PO box; PO boxes; parcel lockers
~ abroad change_address pickup
B: whether a parcel can go to a PO box; whether a parcel locker can be used
Q:
(do|can) you (deliver|send|ship) to (a po box|po boxes|a post office box|a parcel locker|a packing station)?
can I (use|give|enter) (a po box|my po box|a parcel locker|a post office box) as (the|my) (delivery|) address?
is (a po box|a parcel locker|a post office box) (ok|fine|possible|allowed) as (an address|a delivery address)?
I (only have|have) a (po box|post office box), (can you deliver there|is that a problem|does that work)?
my address is a po box. (will the parcel arrive|is that all right|can you send things there)?
po box (ok|possible|allowed|delivery)?
can (my parcel|my order|{an}) (go|be sent|be delivered) to a (po box|locker|parcel station|parcel shop)?
I get all my post in a (po box|post office box). can you send {an} there?
does your (courier|carrier|delivery) (accept|do|take) (po boxes|parcel lockers)?
I am never at home, can you send it to (a locker|a parcel locker|a parcel shop|my po box)?
the form does not (accept|take) my (po box|post office box|parcel locker).
would a (po box|parcel locker|post office box) (work|be fine) for {an}?
must it be a street address or (is a po box fine|can it be a po box|does a po box work)?
do I need a (street|home) address or can I give (a po box|a locker)?
(could|will) the parcel be put in (my po box|a parcel locker|a locker near me)?
* 
F: we do not deliver to PO boxes.
A: no, I am sorry, we cannot deliver to a PO box. please give us a street address.
* 
F: we (also |)deliver to (PO boxes and parcel lockers|PO boxes).
A: yes, we also deliver to PO boxes.

= tracking | s | tracking; following a parcel; the tracking number
~ where_order lost_parcel delivery_time
B: how to track a parcel; where the tracking number is; how to follow a delivery
D: track my parcel; follow my delivery; see where my parcel is on a map
Q:
(how|where) (can|do) I (track|follow|trace) (my|a|the) <parcel>?
(is there|do I get|will I get|do you send) a tracking (number|link|code)?
where (do I find|can I find|is|can I see) (the|my) tracking (number|link|code|id)?
I (have not got|did not get|never got|cannot find|have not received) (a|the|my) tracking (number|link|code|mail).
can I (see|check|watch) (where my parcel is|how far my parcel has got|the way of my parcel) (online|somewhere|on a map|)?
(tracking|tracking number|track and trace|parcel tracking)?
how do I know where (my|the) <parcel> is (right now|at the moment|on its way)?
the tracking (link|number|page) (does not work|is not working|shows nothing|gives an error|has not changed for days).
can (my|the) <parcel> be (tracked|followed|traced)?
do you (send|give) (me|us|customers) (a number|a link|something) to follow the (parcel|delivery)?
will I be (told|informed|notified) when (my parcel is on its way|it is sent|the parcel leaves you|you have shipped it)?
which (carrier|courier|company) (has|brings|delivers) my parcel and how can I (follow|track) it?
how do I follow (the delivery|my order|my {item}) (on its way|online|)?
I would like to (see|know) (on which day|at what time) (the courier|the van|my parcel) comes, is there a link?
is there (a page|an app|a site|a link) where I can (follow|track|look up) (the parcel|my delivery)?
what do I do with the tracking (number|code)?
do all (orders|parcels) come with tracking?
can I get (an update|a message|a text) when (the parcel|my order) is (near|out for delivery|on its way)?
when do I get the (tracking|parcel) (number|code|link)?
my <parcel> has been sent, (how do I follow it|where can I track it|what is the tracking link)?
* 
F: the tracking link (is sent by email|comes by email) when the parcel leaves (us|our store|the warehouse).
A: you get a tracking link by email as soon as your parcel leaves us.
A: the tracking link is in the email that we send when the parcel leaves us.

= where_order | s | the state of an order; where an order is; order status
~ tracking lost_parcel cancel_order delivery_time
B: where an order is now; the state of an order; whether an order has been sent
D: know where my order is
Q:
where is my (order|parcel|package|{item}|delivery)?
has my (order|parcel|{item}) been (sent|shipped|posted) (yet|already|)?
can you (check|see|look up|tell me) (my order|where my order is|the state of my order|what is happening with my order)?
what is the (status|state) of (my order|order {num}|my delivery)?
order {num}, (where is it|has it left|any news|what is the status)?
any (news|update) on (my order|order {num}|my {item}|my delivery)?
I ordered {an} (on {day}|last week|a few days ago). (where is it|has it been sent|is it on its way|when does it come)?
is my (order|parcel|{item}) (on its way|already packed|out yet|ready)?
did you (send|ship|post) my (order|{item}|parcel) (yet|already|today)?
my order number is {num}. (can you look|where is my parcel|please check|what is going on)?
have you (got|received) my order?
did my order (go through|arrive with you|work|reach you)?
I (placed|made) an order (on {day}|yesterday|last week) and (have heard nothing|got no confirmation|would like to know where it is).
(could|can) you look (up|for) order (number |){num} (for me|please|)?
what is happening with my (order|{item}|parcel)?
I am (waiting|still waiting) for my {item}, (is it coming|has it left|where is it now)?
how far (is|are you with) my order?
when (will you send|does|are you sending) (my order|order {num}) (out|off|leave)?
I paid (on {day}|last week), but (is my order on its way|I do not know if you sent it|nothing was sent yet).
please tell me (where order {num} is|if my order has left|what happened to my order).
* 
A: I am sorry, I cannot see orders. I will pass you on to a colleague who can look it up.
A: I cannot look into orders myself, but a colleague can. please have your order number ready.
A: I have no access to orders. a colleague will check yours and (get back|write) to you.

= lost_parcel | s | a parcel that has not arrived; a lost parcel; a missing parcel
~ tracking damaged_parcel missing_item where_order wrong_item
N: report a parcel that has not arrived; know what to do about a lost parcel
D: report a lost parcel
Q:
my <parcel> (has not arrived|has not come|never came|never arrived|did not arrive|is not here yet|still has not turned up).
my <parcel> (has not arrived|has not come|is not here) and it has been (two|three|four) weeks.
I (am still waiting|have been waiting) for my <parcel> (for|since) (two weeks|three weeks|last month|ages).
my parcel (is|has been|seems to be|must be|got) lost.
the (tracking|courier|post) says (delivered|it was delivered|it is delivered) but (I have nothing|there is nothing here|I never got it|nobody brought anything|I have no parcel).
I ordered {an} (weeks|two weeks|a month|three weeks) ago and (nothing has come|it is not here|have received nothing|still have nothing).
what (do I do|happens|can I do|should I do) (if|when) (my|a|the) parcel (does not arrive|is lost|gets lost|never comes|goes missing)?
where can my parcel be? it (should have been here|was due) (last week|on {day}|days ago).
the delivery is (very late|overdue|a week late|long overdue).
my parcel (disappeared|vanished|went missing|got lost) (in the post|on the way|somewhere).
the courier (says he left it|left it) (at the door|with a neighbour|in the garden) but (it is not there|no neighbour has it|I cannot find it).
I think (the post|the courier|someone) has (lost|stolen|taken) my parcel.
(nothing|no parcel) has (come|arrived|been delivered), although (it was sent|you sent it|it was meant to be here) (two weeks|ten days|weeks) ago.
how long (should I wait|do I wait) before I report (a missing parcel|that my parcel is lost|a parcel as lost)?
it has been (two|three) weeks and (still no|I have no|no sign of my) (parcel|{item}|order).
someone (stole|took) (my|the) parcel (from the doorstep|from the hall|outside my door).
the parcel was sent back to you (by mistake|although I was at home|).
I was promised my {item} (on|by|for) {day}, but it (did not come|is not here|never came).
my {item} should have (come|arrived|been here) (by now|long ago|last week).
lost parcel, (what now|what do I do|help|who do I tell)?
I never (received|got|saw) my (order|parcel|{item}).
will you send (another|a new) {item} if the first parcel (got lost|never arrived|is lost)?
the tracking has not (moved|changed) (for ten days|for over a week|since {day}), I think it is lost.
* n=waitdays
F: (a parcel that has not arrived|a parcel that is missing) after {n} is (traced by us and sent again|searched for and replaced).
A: I am sorry about that. if it has not arrived after {n}, we look for the parcel and send a new one.
A: I am sorry that your parcel is not there yet. please write to us after {n}; we then search for it and replace it.

= damaged_parcel | s | a damaged parcel; goods damaged on the way; transport damage
~ lost_parcel wrong_item missing_item warranty
N: report goods that arrived damaged; know what to do about a damaged parcel
D: report a damaged delivery
Q:
my <parcel> (arrived|came|was delivered|got here) (damaged|broken|crushed|wet|torn|in pieces|squashed).
the (box|parcel|package) (was|is) (open|damaged|crushed|wet|torn|squashed) when it (came|arrived|got here).
the {item} (was|is) (broken|damaged|scratched|cracked|bent|dented) when I (opened the parcel|unpacked it|opened the box|took it out).
I (just|) (unpacked|opened) (my parcel|the box) and the {item} is (broken|damaged|scratched|cracked).
what (do I do|should I do|can I do|happens) (if|when) (something|the {item}|a parcel|my order) arrives (damaged|broken|in bits)?
the courier (dropped|threw|damaged) (my|the) parcel.
(something|the {item}) (broke|got broken|was damaged) (in the post|on the way|during delivery|in transport|in transit).
my new {item} (arrived|came) with (a scratch|a crack|a hole|a dent|a tear) in it.
there is (a hole|a scratch|a crack|a dent|a tear) in the {item} (you sent|that came today|I just got|I received).
I got {an} that is (damaged|broken|cracked|torn|dented).
it (was broken|was damaged|was already broken|was in pieces) when I opened the (box|parcel).
the (packaging|carton|box) was (badly damaged|torn open|soaked) and (so is|now) the {item} (too|is broken|).
(damaged|broken) (parcel|delivery|on arrival), (what now|what can I do|help|please replace)?
do I get a new {item} if (it arrives broken|this one came damaged|mine was damaged in the post)?
I (want|would like) to (report|complain about) (a damaged parcel|damage in transport|a broken delivery).
the {item} did not survive the (journey|post|transport|delivery).
can you replace {an} that (arrived|came) (broken|damaged|scratched)?
I have photos of the (damage|broken {item}|damaged box), (where do I send them|do you need them)?
today (the post|the courier) brought me a (crushed|wet|damaged|torn) (parcel|box).
should I (refuse|take|accept) a parcel that (looks damaged|is damaged|is torn)?
the {item} fell out of a (torn|broken|ripped) (box|parcel) and is (dirty|broken|scratched) now.
* n=ndays
F: (damage in transport|damaged goods|a damaged delivery) must be reported with a photo within {n}.
A: I am sorry about that. please send us a photo within {n} and we will replace it.
A: that should not happen. send a photo of the damage within {n} and you get a new one or your money back.

= missing_item | s | a missing item; something missing from the parcel; an incomplete order
~ wrong_item lost_parcel damaged_parcel
N: report that something is missing from the parcel; report an incomplete order
D: report a missing item
Q:
(something|one thing|an item|one article|the {item}) is missing (from|in) (my|the) (order|parcel|box|delivery).
I (ordered|bought|paid for) (two|three) {pl} but (only got one|only one came|just one was in the box|one is missing).
(my|the) (order|parcel|delivery) (is|was) (incomplete|not complete|missing something).
the {item} (was not|is not) in the (box|parcel|package).
I ordered {an} and {an2}, (but only the {item} came|but the {item2} is missing|the {item2} was not in the box).
you (forgot|left out|did not send) (the {item}|one thing|something|part of my order|one of my {pl}).
there (is|was) (one thing|something|a piece|a part) missing (when I unpacked it|in my parcel|from what I ordered).
only (part|half|some) of my order (has come|arrived|is here|was in the parcel).
the (pegs|screws|laces|instructions|batteries|straps|cable) (are|were) (missing|not in the box|not included).
where is the rest of my (order|parcel|delivery|things)?
I (unpacked|opened) (the parcel|everything) and (the {item} is not there|cannot find the {item}|one thing is missing).
the (box|parcel) (came|was|arrived) (half empty|empty|without the {item}).
I did not (get|receive) everything (I ordered|I paid for|on the list).
on the (bill|invoice|slip) there are two {pl}, in the box (there is only one|just one).
(missing|forgotten) (item|part|piece|article), (what now|what do I do|please send it)?
my parcel came but not (all of it|everything was inside|with everything in it).
will the (missing|other|second) {item} come (separately|in another parcel|later)?
is (my order|it) sent in (two|several) parcels? (the {item} was not in this one|I only got one|something is missing).
I am (missing|short of) (one {item}|a part|two {pl}) from my (delivery|order).
* 
F: if something is missing, we send it (free of charge|at once|free of charge at once).
A: I am sorry about that. please tell us your order number and what is missing, and we will send it (free of charge|at once).
A: I am sorry. a colleague will send the missing (part|thing) as soon as we have your order number.

= wrong_item | s | a wrong item in the parcel; receiving the wrong thing; a mix-up by the shop
~ missing_item exchange damaged_parcel lost_parcel
N: report that the shop sent the wrong thing; report a wrong item
D: report a wrong item
Q:
I (got|received|was sent|have been sent) the wrong (item|{item}|thing|article|colour|size|order).
you (sent|have sent|gave|shipped) me the wrong (item|{item}|thing|colour|size|parcel).
I ordered {an} (but|and) (got|received|you sent me) {an2}.
I ordered (the {item} in {colour}|a {colour} {item}), (but it is {colour2}|but a {colour2} one came|and got a {colour2} one).
I (wanted|ordered) size {size} and (you sent|got|was sent) {size2}.
this is not (what I ordered|the {item} I ordered|my order|the right {item}|what I bought).
the (parcel|box) (has|had|contains|contained) (something else|the wrong thing|somebody else's order|{an2} instead of {an}|another customer's {item}) (in it|inside|).
there (was|is) {an2} in (my|the) (parcel|box) (instead of|not) the {item} (I ordered|).
my (parcel|order) was (mixed up|swapped) (with somebody else's|with another one|).
(what do I do|what happens|what now) (if I got|when you send|with) the wrong (item|thing|{item}|parcel)?
the (colour|size|model) (of the {item} |)is (wrong|not the one I ordered|different from my order).
I (opened|unpacked) the box and found (the wrong {item}|{an2}|something I did not order).
wrong (item|colour|size|{item}) (delivered|sent|in the box|in my parcel).
somebody (packed|sent|put in) the wrong (thing|{item}|size).
I never ordered {an}, (why did I get one|but you sent me one|what should I do with it).
you mixed up (my order|the sizes|the colours|two orders).
can you (send|give) me the right {item}? (you sent the wrong one|I got another one|this one is not mine).
the {item} that came is not the one (in the picture|I chose|I clicked on|from my order).
it says {item} on the bill but (there was|I found|you put) {an2} in the (box|parcel).
got (a {colour2}|the {colour2}) {item}, (wanted|ordered|should be) {colour}.
* 
F: if we send the wrong (thing|item), we (collect it and send|pay the return and send) the right one (free|at no cost).
A: I am sorry, that was our mistake. send it back free of charge and we will send the right one (at once|).
A: I am sorry about the mix-up. we send you the right one and pay for the return.

= pickup | s | click and collect; collecting an order in the shop; pickup
~ pickup_held delivery_cost express hours
B: whether an order can be collected in the shop; how click and collect works; whether pickup is possible
D: collect my order in the shop; pick up my order myself
Q:
can I (collect|pick up|fetch|come and get) (my order|it|my {item}|{an}|the parcel) (in the shop|at the shop|in the store|myself|from you|in person)?
do you (have|offer|do) (click and collect|store pickup|pickup|in store collection)?
is (pickup|collection|click and collect|collecting in store) (possible|free|an option)?
I would rather (collect|pick up|fetch) (it|my order|the {item}) (myself|in the shop|than have it sent).
can I (order|buy|reserve) online and (collect|pick up|fetch) (it|) (in the shop|in store|at your place)?
click and collect?
(store pickup|pickup|collection) possible?
I live (near|close to|round the corner from) (the shop|you|your store), (can I just come and get it|do I have to have it sent|can I collect my order)?
instead of delivery, can I (come by|fetch it|collect it|pick it up)?
how does (click and collect|pickup|collecting an order) work?
when (is|will) my (pickup|collect) order (be |)ready?
(how soon|when) can I (collect|pick up|fetch) (my|an) (online order|order|{item})?
do I have to (have it delivered|pay for delivery), or can I (come in|collect it|pick it up)?
can (my husband|my wife|a friend|somebody else|my neighbour) (collect|pick up|fetch) my order (for me|)?
what do I need to (bring|show) (when I collect|to collect|to pick up) (my order|the {item})?
I want to (save the postage|skip the delivery fee) and (collect|fetch|pick up) the {item} (in {city}|at the shop|myself).
could you (put|lay|set) {an} (aside|to one side|by) (for me|until {day}|and I come by)?
can you (reserve|hold|keep) {an} for me in the shop?
is it ok if I (drop by|come in|swing by) and (take|collect|get) my (order|parcel) (in person|at the till|)?
where (in the shop|at your place) do I (collect|pick up) my (order|online order)?
* ready=readytime
F: orders can be collected (in the shop|at the shop) {ready} (after ordering|).
F: click and collect is free; orders are ready {ready}.
A: yes, you can collect your order in the shop; it is ready {ready}.
A: yes, with click and collect your order is ready {ready}, and it is free.

= pickup_held | s | how long a pickup order is kept; the collection period
~ pickup return_window delivery_time
B: how long an order is held for collection; how long a pickup order is kept; how long there is to collect an order
Q:
how long (do|will|would|can) you (keep|hold|store) (my order|a pickup order|it|my {item}|my parcel) (for me|in the shop|for collection|for pickup)?
how long do I have to (collect|pick up|fetch|come and get) (my order|it|my {item})?
until when (can|must|do) I (collect|pick up|fetch) (it|my order|my parcel)?
by when (must|should|do) I (collect|pick up|have collected) (my order|the {item})?
(is it ok|is it a problem|can I) if I (collect|pick up|fetch) (it|my order) (next week|in ten days|later|only on {day})?
I cannot come (this week|before {day}|until next week), (will you keep my order|is my order still there then|do you hold it that long)?
what happens if I do not (collect|pick up|fetch) my order (in time|at once|straight away|this week)?
for how (long|many days) (is|will) (my|a|the) (pickup order|order|parcel) (be kept|held|kept|stay) (in the shop|at the counter|for me|)?
I got the mail that my order is ready, (how long have I got|when must I come|how many days do I have)?
my order is ready but I am away (till {day}|next week), (do you keep it|what happens to it|how long will you hold it).
does my (collect|pickup|reserved) order (expire|go back|get cancelled) (after some days|at some point|if I am late)?
how many days (do I have|have I got|do you give me) (to collect|for pickup|to fetch my order)?
when do you put (my order|uncollected orders|a pickup order) back on the shelf?
is there a (deadline|time limit|last day) for (collecting|picking up|fetching) (my order|an order)?
can you (hold|keep) my (pickup order|{item}|order) a (bit|few days|little) longer?
(pickup|collection) (deadline|period|time limit)?
E pickup: (and how long do you keep it|and how long is it held|until when can I come|and if I cannot come this week)?
* n=ndays
F: (pickup orders|orders for collection|click and collect orders) are (kept|held) for {n}.
A: we keep your order for {n}.
A: you have {n} to collect your order.

= delivery_day | s | choosing a delivery day; being away when the parcel comes; delivery at home
~ delivery_time change_address pobox lost_parcel
B: what happens when nobody is at home; whether a delivery day can be chosen
D: choose the day of delivery
Q:
I (will be|am) (away|not at home|at work|on holiday|out) when (it|the parcel|my order) (comes|arrives|is delivered).
what happens if (I am not at home|nobody is in|no one opens the door|I am at work) when (the parcel|it|the courier) comes?
can I (choose|pick|set|pick out) (the day|a day|the date|a delivery day|a time) for (the|my) delivery?
can (it|the parcel|my order) (come|be delivered|be brought) on (a |){day}?
can the courier leave (it|the parcel) (with a neighbour|in the garage|on the porch|at the door)?
do I (have to|need to) be (at home|in|there) (to take the parcel|for the delivery|when it is delivered)?
I missed the (delivery|courier|parcel man), (what now|where is my parcel|can he come again|what happens next).
there was a card (in my letter box|on my door|) that I missed a (delivery|parcel), (what do I do|where do I collect it).
I work all day and cannot (take|accept|receive) parcels.
nobody will be (home|in) on {day}, (can you deliver another day|is that a problem|can it come later).
can you (delay|hold back|wait with) (the delivery|sending my order) until (I am back|{day}|next week)?
(at what time of day|at what time|when in the day) (do you deliver|does the courier come|will the parcel come)?
is it possible to (have it delivered|get the delivery) (in the evening|on {day}|after 5 pm|in the morning)?
do you (deliver|bring parcels) (on saturdays|at weekends|in the evening)?
we are on holiday (next week|from {day}), please do not (send|deliver) it (then|before we are back).
(how often|how many times) does the courier try?
will the parcel be left (outside|at the door|with neighbours) if (I am out|nobody is in)?
the courier rang while I was (out|in the shower|at work), (will he come back|what happens now)?
can my neighbour (take|accept|sign for) the (parcel|delivery)?
* n=ndays
F: if nobody is at home, the parcel (waits at|goes to) the post office for {n}.
A: if nobody is at home, the parcel waits at the post office for {n}.
A: that is no problem: if you are out, you can collect the parcel at the post office for {n}.
"""

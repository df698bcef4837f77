"""Further question frames for intents defined elsewhere: indirect wordings, situations, clipped messages.

``+ key`` names the intent, the lines after it are question frames in the notation of service_intents.
"""

TEXT = """
+ delivery_cost
what is on top of the price (for sending|for the courier|when you post it)?
before I pay: (what does the courier cost|how much is the sending|what will the postage be)?
I live in {city}. what would (sending|posting|bringing) {an} here set me back?
sending costs?
+ delivery_time
my (son|daughter|friend) has a birthday on {day}, will {an} (be here|come) by then?
how quick are you (if I click buy now|with parcels|)?
is one week enough for {an} to (get to|reach) {city}?
waiting time for parcels?
+ free_delivery
if I fill my basket up to {big}, does the (delivery|postage) charge (go away|disappear)?
is there an amount that saves me the (courier cost|postage|delivery fee)?
is {big} enough for sending without a charge?
+ pobox
I do not have a letter box, only a (po box|locker at the station), is that (a problem|fine)?
the post keeps my letters in a box, can (parcels|{an}) go there too?
may I have things sent to a (packing station|locker|parcel shop) and not to my house?
locker delivery (possible|ok)?
will the courier go to a (post office box|po box)?
+ abroad
is the border a problem for your parcels?
I want to surprise a friend in {country} with {an}. does your courier go there?
do you have customers in {country} (that you send to|)?
+ tracking
I want to watch my parcel travel (on the map|online|on my phone).
is there a code for the post's website?
+ pickup
I am in {city} tomorrow anyway, can I (take my order with me|fetch my {item}) then?
no courier for me please, I will come (myself|to the shop) and get it.
+ pickup_held
I am ill and cannot fetch my order (yet|this week), will it be sent back?
my {item} is lying at the shop for me, how long may it lie there?
can I leave my order with you until the end of the month?
is my order gone if I come a week late?
+ delivery_day
we are never in before 6 pm, when does the parcel come?
who takes my parcel when I am at work?
I have to be away on {day}, so what will happen to my delivery?
could the courier ring my neighbour?
+ sale_items
seventy percent off, but can it come back to you?
can I swap something from the bargain table?
I bought it because it was cheap, now I regret it. may it go back although it was reduced?
does the red price mean that I cannot return it?
the sale {item} does not please me at home.
+ no_receipt
the slip from the till is nowhere to be found, but I want to bring the {item} back.
would you take back {an} if I can no longer show the (slip|receipt|bill)?
do you find my purchase in the computer if the paper is lost?
my washing machine ate the receipt, what now?
is there a second copy of the till slip?
+ gift_return
aunt {name} meant well, but I do not need {an}, (can I swap it|what can I do with it).
I did not buy it myself, it was a present. can it still be changed for (another size|something else)?
my husband does not like what I gave him, can he pick something else?
I have unwrapped two of the same {item}.
how do you deal with presents that do not please?
+ exchange
one size up please, mine is too tight.
can I get the same in {colour} and give you this one?
the sleeves are too long, so I need a smaller one.
+ refund_time
I gave everything back, now I am only waiting for the money.
the bank shows nothing from you since my return.
when will I see the cash again?
+ return_condition
I walked round the house with the {pl}, can they still go back?
the plastic bag is ripped, is that bad if I send it back?
can something smelling of perfume go back?
+ return_how
{an} arrived that I do not want to keep, what are the next steps?
I would like to undo my purchase, it is already here.
it is nice, but not for me. take it back please.
+ repair_time
my trip is on {day} and my {item} is in your workshop, will that work out?
mending: how many days?
is a week enough for a new zip?
when may I come and get my mended {item}?
how long is the queue in your workshop?
+ spare_parts
the lid of my {item} is lost, must I buy a whole new one?
where do I get a small part for my {item}?
is there a shelf with parts for {pl}?
could I order only one piece of the {item}?
my {item} would be fine if only I had a new (strap|screw|battery|buckle).
+ warranty
only three months old and already broken.
the seam has opened by itself, I did nothing wrong.
can I come to you if the {item} fails next year?
+ warranty_excluded
I stepped on my {item}, and now it is bent. is that still your business?
after five years of daily use the {item} is thin, does that count?
which faults do you not pay for?
is fading from the sun a case for the guarantee?
+ where_order
you have my money, but do I have a parcel on the way?
is anything happening with number {num}?
please look in your system for my {item}.
no mail, no call: is my order still with you?
+ change_order
oh no, I pressed on size {size} and need {size2}, the order is five minutes old.
is it too late to put {an} with it?
make it one less please, order {num}.
+ cancel_order
I need to call the whole thing off.
forget my order please, I have got one from a friend.
can I step back from what I bought an hour ago?
+ change_address
the parcel would go to my ex, please send it to me.
I gave number 12, but I live at number 21.
my street is spelt wrong on the confirmation.
+ payment
does a card from abroad work with you?
cash, card, phone, what goes?
do I pay at the end by card or can I transfer the money?
what is in the list of payment options?
+ cod
I would like to see the parcel before I pay a penny.
can my money go to the man who brings it?
pay at the doorstep, ok?
does your postman carry a card reader?
my grandmother always pays the postman, does that work with you?
is payment when the goods are handed over possible?
+ instalments
can I pay a little every month?
I would take {an} if I did not have to pay it all now.
is it fine to pay in four parts?
I am short of money until {month}, can I pay bit by bit?
could you let me pay over a year?
do you do buy now and pay later?
+ invoice
our bookkeeping asks for a paper with our firm's name.
I need something for my tax papers.
where is the document that shows what I paid?
please put our company on the bill of order {num}.
can our town hall order and pay when the bill comes?
+ vat
is that the full price or does tax come on top?
our firm has a tax number, do we pay the net price?
does {big} include the tax?
how much of the price is tax?
I only see one price: is that gross?
+ gift_card
my boss gave us vouchers last year, are they still good?
is there a card with money on it that I can give away?
how many years can I wait before I spend my voucher?
+ gift_wrap
can it arrive looking like a present?
I have no paper at home, will you pack it for the birthday?
a bow and a card would be nice, is that possible?
does it come in a plain box or can you make it pretty?
could you hide the price, it is a gift?
do you put presents in paper?
+ student_discount
still at university, any reduction for me?
is it cheaper with a student card?
do retired people pay the full price?
apprentices and pupils: same price as everybody?
+ discount_code
the ten percent from the mail were not taken off.
I have two coupons, will both count?
it says my coupon has run out.
the field for the code, where is it?
+ extra_discount
be kind and take something off the price.
I will buy it now if you go down to {small}.
can we talk about the price?
let us say {small} and we have a deal.
for a friend of the house, what is your price?
can you round the price down a bit?
+ loyalty
is it worth showing a card each time I buy?
do I earn anything when I spend {big}?
ten purchases and the next is free, do you have that?
how do I turn my points into money?
my last order brought no points.
+ price_match
next door it costs only {small}, will you sell it for that?
you are dearer than others, do you lower your price?
yesterday I paid more than it costs today.
I can get it for {small} online, can you meet that?
+ account
can I just buy without telling you my life story?
is a login necessary?
one order only, do I have to become a registered customer?
where is the button for buying as a guest?
sign up or not, what do I have to do to order?
must customers have a profile?
+ delete_account
I would like my profile to be gone.
I am leaving, please remove my login.
how do I stop being a registered customer?
erase me please, I will not order again.
where do I end my customer account?
is there a way to have my profile wiped?
+ change_email
the mail provider closed, so I have another address now.
your mails go to an address I no longer read.
one letter of my email is wrong.
can I have my customer account under another mail address?
update: my new phone number is 0{num}, please save it.
+ newsletter
another advert from you today, please no more.
how do I stop all this post in my mailbox?
I only wanted to order once, now I get offers every day.
+ privacy
who else gets to know what I buy?
is my address given to advertisers?
what is written about me in your computer?
how careful are you with names and addresses?
+ stock
the button is grey for size {size}, does that mean it is gone?
when do new {pl} come in?
is the {colour} one coming back?
+ preorder
can I get in line for the new {item}?
I want one of the first {pl}, how?
it says coming soon, can I already order?
may I pay today for something that comes out in {month}?
is early ordering possible?
+ sizes
my foot is 27 cm long, which number is that?
the last {pl} were too tight in {size}, should I go up?
I have no idea about my size.
what do the letters S, M and L mean in centimetres?
+ kids_sizes
something for my (five|six|eight) year old?
is there a mini version for my daughter?
our baby needs {pl}, do you go that small?
what do you have for school children?
does it come in sizes for a boy of ten?
+ wide_fit
my toes are squeezed in normal {pl}.
I need more room at the ball of the foot.
are there {pl} for people with broad feet?
which of your {pl} are cut wide?
do you make them wider too?
normal width is too narrow for me, is there something else?
+ wholesale
one {item} for each of our 60 workers, what price can you make?
I run a small hotel and need many {pl}.
is it cheaper by the hundred?
do shops get a dealer price from you?
can I buy a whole pallet?
we are a company and want to order a large amount.
+ second_hand
my {item} is too good for the bin, would you take it?
do you have something that was used before and is cheaper?
what do you pay for {an} that is two years old?
is there a market for old {pl} at your place?
I have grown out of my {item}, can you sell it on?
+ schools
can a football club get a better price?
I am planning a day out with my pupils, what do you offer?
twenty young scouts need {pl}, what can you do for us?
+ courses
I want to learn something new in the evening, what do you teach?
who could show me {course_any}?
are there evenings where one can try things out?
+ jobs
who do I talk to if I would like to work in your team?
need another pair of hands?
do you train young people?
I finish school in {month} and would like to start with you.
+ rental
one weekend only, so buying {an} makes no sense. what can you do?
do you have {pl} that I can bring back after the trip?
could I pay by the day for {an}?
+ deposit
do I hand over money as a security before I take the {item}?
what do you hold back until I return it?
will my deposit come back to me at once?
how much do you block on my card for the {item}?
+ hours
when can I find somebody in the {kind}?
at what hour is the door opened in the morning?
is 7 pm too late for a visit?
+ hours_saturday
we both work from Monday to Friday, so does Saturday suit you?
can families come at the weekend, I mean on Saturday?
+ hours_sunday
is the seventh day free for you?
church first and then to your {kind}, are you open?
+ hours_holiday
is {holiday} a normal day at your place?
nobody works on {holiday}, do you?
+ parking
will I find a place for the car?
my legs are bad and I come by car, where is the closest place to leave it?
+ phone
which digits do I dial?
a short call would be easier, how do I get you on the line?
+ email_contact
I wrote three days ago and still have no answer.
where do my photos go, which mailbox?
+ human
let me have a word with somebody of flesh and blood.
you are going round in circles, I need a proper person.
is a member of staff free right now?
can I get an answer from a real colleague?
+ complaint
I have never been treated so badly.
this is the third time something went wrong, I have had it.
where is the person in charge? I am really upset.
+ robot
is there a person typing or a machine?
do I write with a program?
are these answers made by a computer?
+ others_data
what size does {name} take? it is a surprise.
my brother has an account, what is in it?
send me the list of people who bought {an}.
+ medical
are these tablets good for a cold?
I have twisted my ankle, how long must I rest?
+ legal
can my boss forbid me to take a holiday?
who is right by law, I or my neighbour?
+ competitor
the others say they are better, what do you say?
is the other {kind} any good?
+ politics
who should run the country?
do you like the new mayor?
+ boots_care
mud everywhere on my boots, what now?
my leather shoes have lost their shine.
+ wash_jacket
the rain goes straight through my jacket since I washed it.
can the machine clean my waterproof?
+ tent_care
black spots are growing on my tent.
the tent smells bad after the winter.
+ sleeping_bag_care
my sleeping bag has no warmth left, would washing help?
how do I get sweat out of a sleeping bag?
+ materials
what is inside your {pl}?
is there any plastic in the {item}?
"""
